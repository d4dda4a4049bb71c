// Describe, list, update, delete and restore a CA.
import type * as z from "zod";
import { AwsError } from "../../wire/aws-json.ts";
import type { deleteAuthority, listAuthorities, onAuthority, updateAuthority } from "../input/authority.ts";
import type { Pca } from "../pca.ts";
import { type Authority, type AuthorityStatus, statusAt } from "../state/authority.ts";
import { pageOf } from "./page.ts";
import { checkRevocation, mergeRevocation } from "./revocation-configuration.ts";

const DAY_MS = 86_400_000;
type On = z.output<typeof onAuthority>;

export function invalidState(authority: Authority, status: AuthorityStatus, action: string): AwsError {
  return new AwsError(
    "InvalidStateException",
    `The certificate authority ${authority.arn} is ${status}: ${action}.`,
  );
}

export function describeAuthority(pca: Pca, input: On) {
  return { CertificateAuthority: describe(pca, pca.authorities.get(input.CertificateAuthorityArn)) };
}

export function listAll(pca: Pca, input: z.output<typeof listAuthorities>) {
  const mine = input.ResourceOwner === "OTHER_ACCOUNTS" ? [] : pca.authorities.all();
  const { items, NextToken } = pageOf(mine, input);
  return { CertificateAuthorities: items.map(item => describe(pca, item)), NextToken };
}

/** Times are Unix seconds on this wire. */
function describe(pca: Pca, authority: Authority) {
  const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000);
  return {
    Arn: authority.arn,
    OwnerAccount: pca.account.accountId,
    CreatedAt: seconds(authority.createdAt),
    LastStateChangeAt: seconds(authority.changedAt),
    Type: authority.type,
    Serial: authority.installed?.serial,
    Status: statusAt(authority, pca.clock.now()),
    NotBefore: seconds(authority.installed?.notBefore),
    NotAfter: seconds(authority.installed?.notAfter),
    CertificateAuthorityConfiguration: authority.configuration,
    RevocationConfiguration: {
      CrlConfiguration: authority.revocation.CrlConfiguration ?? { Enabled: false },
      OcspConfiguration: authority.revocation.OcspConfiguration ?? { Enabled: false },
    },
    RestorableUntil: seconds(authority.restorableUntil),
    KeyStorageSecurityStandard: authority.keyStorage,
    UsageMode: authority.usageMode,
  };
}

export function update(pca: Pca, input: z.output<typeof updateAuthority>): void {
  const authority = pca.authorities.get(input.CertificateAuthorityArn);
  const now = pca.clock.now();
  const status = statusAt(authority, now);
  if (status !== "ACTIVE" && status !== "DISABLED")
    throw invalidState(authority, status, "it cannot be updated");
  const wanted = input.Status ?? authority.status;
  if (wanted !== "ACTIVE" && wanted !== "DISABLED") {
    throw new AwsError("InvalidArgsException", "The status can be changed to ACTIVE or DISABLED only.");
  }
  checkRevocation(input.RevocationConfiguration);
  pca.authorities.save({
    ...authority,
    status: wanted,
    revocation: mergeRevocation(authority.revocation, input.RevocationConfiguration ?? {}),
    changedAt: now.getTime(),
  });
}

export function remove(pca: Pca, input: z.output<typeof deleteAuthority>): void {
  const authority = pca.authorities.get(input.CertificateAuthorityArn);
  const now = pca.clock.now();
  const status = statusAt(authority, now);
  if (status === "ACTIVE") throw invalidState(authority, status, "disable it before deletion");
  if (status === "DELETED") throw invalidState(authority, status, "it is deleted already");
  // Without a key there is nothing to restore.
  if (status === "CREATING" || status === "FAILED") {
    pca.authorities.remove(authority);
    return;
  }
  const restorableUntil = now.getTime() + (input.PermanentDeletionTimeInDays ?? 30) * DAY_MS;
  pca.authorities.save({ ...authority, restorableUntil, changedAt: now.getTime() });
}

/** A restored CA has the status it had; an ACTIVE one could not have been deleted. */
export function restore(pca: Pca, input: On): void {
  const authority = pca.authorities.get(input.CertificateAuthorityArn);
  const now = pca.clock.now();
  const status = statusAt(authority, now);
  if (status !== "DELETED") throw invalidState(authority, status, "only a deleted one can be restored");
  pca.authorities.save({ ...authority, restorableUntil: undefined, changedAt: now.getTime() });
}

export function authorityRequest(pca: Pca, input: On): { Csr: string } {
  const authority = pca.authorities.get(input.CertificateAuthorityArn);
  const status = statusAt(authority, pca.clock.now());
  if (status === "DELETED") throw invalidState(authority, status, "it has no request");
  if (authority.key === undefined) {
    throw new AwsError("RequestInProgressException", "The certificate signing request is being created.");
  }
  return { Csr: authority.key.request };
}

export function authorityCertificate(pca: Pca, input: On) {
  const authority = pca.authorities.get(input.CertificateAuthorityArn);
  const status = statusAt(authority, pca.clock.now());
  if (status === "DELETED" || authority.installed === undefined) {
    throw invalidState(authority, status, "it has no certificate");
  }
  return { Certificate: authority.installed.certificate, CertificateChain: authority.installed.chain };
}
