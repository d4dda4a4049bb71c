// Request rates per account and Region (AWS Private CA quotas, defaults).
import { AwsError } from "../wire/aws-json.ts";
import type { Clock } from "../wire/clock.ts";
import { tokenBucket } from "../wire/token-bucket.ts";

const CALLS_PER_SECOND: Readonly<Record<string, number>> = {
  IssueCertificate: 25,
  GetCertificate: 75,
  RevokeCertificate: 20,
  DescribeCertificateAuthority: 20,
  GetCertificateAuthorityCertificate: 20,
  ListCertificateAuthorities: 20,
  GetCertificateAuthorityCsr: 10,
  ImportCertificateAuthorityCertificate: 10,
  UpdateCertificateAuthority: 10,
  CreateCertificateAuthorityAuditReport: 1,
};

/** Throws ThrottlingException for a call above its operation's rate. Operations without a listed rate have none. */
export function rateLimit(clock: Clock): (operation: string) => void {
  const buckets = new Map(
    Object.entries(CALLS_PER_SECOND).map(([operation, rate]) => [operation, tokenBucket(clock, rate)]),
  );
  return operation => {
    if (buckets.get(operation)?.take() === false) throw new AwsError("ThrottlingException", "Rate exceeded");
  };
}
