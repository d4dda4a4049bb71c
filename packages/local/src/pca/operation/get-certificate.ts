// GetCertificate: the certificate once it is ready, with the chain above it.
import type * as z from "zod";
import { AwsError } from "../../wire/aws-json.ts";
import { parseCertificateArn } from "../arn.ts";
import type { getCertificate } from "../input/certificate.ts";
import type { Pca } from "../pca.ts";
import { statusAt } from "../state/authority.ts";
import { invalidState } from "./authority-lifecycle.ts";

export type Delivered = { readonly Certificate: string; readonly CertificateChain: string | undefined };

/** Throws RequestInProgressException until the certificate is ready. */
export function deliverCertificate(pca: Pca, input: z.output<typeof getCertificate>): Delivered {
  const authority = pca.authorities.get(input.CertificateAuthorityArn);
  const serial = parseCertificateArn(input.CertificateArn, authority.arn);
  const status = statusAt(authority, pca.clock.now());
  if (status === "DELETED") throw invalidState(authority, status, "it delivers no certificates");
  const certificate = pca.certificates.find(authority.id, serial);
  if (certificate === undefined) {
    throw new AwsError("ResourceNotFoundException", `Could not find certificate ${input.CertificateArn}.`);
  }
  if (pca.queue.isWaiting(input.CertificateArn)) {
    throw new AwsError(
      "RequestInProgressException",
      `The request to issue certificate ${input.CertificateArn} is in progress. Try again later.`,
    );
  }
  // The chain leaves out the certificate itself, so a self-signed one has none.
  const above = certificate.selfSigned ? [] : [authority.installed?.certificate, authority.installed?.chain];
  const chain = above.filter(item => item !== undefined);
  return {
    Certificate: certificate.pem,
    CertificateChain: chain.length === 0 ? undefined : chain.join("\n"),
  };
}
