// RevokeCertificate: final, there is no hold and no way back (API reference, RevocationReason).
import type * as z from "zod";
import { AwsError } from "../../wire/aws-json.ts";
import { certificateArn } from "../arn.ts";
import type { revokeCertificate } from "../input/certificate.ts";
import type { Pca } from "../pca.ts";
import { type Authority, statusAt } from "../state/authority.ts";
import { invalidState } from "./authority-lifecycle.ts";

export function revoke(pca: Pca, input: z.output<typeof revokeCertificate>): void {
  const authority = pca.authorities.get(input.CertificateAuthorityArn);
  const now = pca.clock.now();
  const status = statusAt(authority, now);
  if (authority.installed === undefined || status === "DELETED") {
    throw invalidState(authority, status, "it revokes no certificates");
  }
  const serial = canonicalSerial(input.CertificateSerial);
  const certificate = pca.certificates.find(authority.id, serial);
  const arn = certificateArn(authority.arn, serial);
  if (certificate === undefined)
    throw new AwsError("ResourceNotFoundException", `Could not find certificate ${arn}.`);
  if (certificate.selfSigned) {
    throw new AwsError("InvalidRequestException", "A self-signed certificate cannot be revoked.");
  }
  if (pca.queue.isWaiting(arn))
    throw new AwsError("RequestInProgressException", `Certificate ${arn} is being issued.`);
  if (certificate.revokedAt !== undefined) {
    throw new AwsError("RequestAlreadyProcessedException", `Certificate ${arn} has already been revoked.`);
  }
  checkRevokedCount(pca, authority);
  pca.certificates.revoke(authority.id, serial, now.getTime(), input.RevocationReason);
  pca.emit("ACM Private CA Certificate Revocation", [authority.arn, arn]);
}

/** Both spellings in use are taken: colon-separated octets, and plain hex with or without leading zeros. */
function canonicalSerial(text: string): string {
  const hex = text.replaceAll(":", "").toLowerCase();
  if (!/^[0-9a-f]+$/.test(hex)) {
    throw new AwsError("InvalidRequestException", "The certificate serial must be in hexadecimal format.");
  }
  return hex.replace(/^0+/, "").padStart(32, "0");
}

/** A complete CRL holds a limited number of entries; a CA with partitioned CRLs, or none, has no such limit here. */
function checkRevokedCount(pca: Pca, authority: Authority): void {
  const crl = authority.revocation.CrlConfiguration;
  const complete = crl?.Enabled === true && crl.CrlType !== "PARTITIONED";
  if (complete && pca.certificates.counts(authority.id).revoked >= pca.quotas.revokedPerAuthority) {
    throw new AwsError(
      "LimitExceededException",
      "The certificate authority has revoked its quota of certificates.",
    );
  }
}
