// Requests about the certificates a CA issues, and about its audit reports.
import * as z from "zod";
import { signingAlgorithm } from "./authority.ts";
import { arn, blob, choice, idempotencyToken, text, whole } from "./constraint.ts";
import { apiPassthrough } from "./passthrough.ts";

const validity = z.object({
  Value: whole(1, Number.MAX_SAFE_INTEGER),
  Type: choice(["END_DATE", "ABSOLUTE", "DAYS", "MONTHS", "YEARS"]),
});
export type Validity = z.output<typeof validity>;

export const issueCertificate = z.object({
  ApiPassthrough: apiPassthrough.optional(),
  CertificateAuthorityArn: arn,
  Csr: blob(1, 32_768),
  SigningAlgorithm: signingAlgorithm,
  TemplateArn: arn.optional(),
  Validity: validity,
  ValidityNotBefore: validity.optional(),
  IdempotencyToken: idempotencyToken.optional(),
});
export type IssueCertificate = z.output<typeof issueCertificate>;

export const getCertificate = z.object({ CertificateAuthorityArn: arn, CertificateArn: arn });

export const revokeCertificate = z.object({
  CertificateAuthorityArn: arn,
  CertificateSerial: text(0, 128),
  RevocationReason: choice([
    "UNSPECIFIED",
    "KEY_COMPROMISE",
    "CERTIFICATE_AUTHORITY_COMPROMISE",
    "AFFILIATION_CHANGED",
    "SUPERSEDED",
    "CESSATION_OF_OPERATION",
    "PRIVILEGE_WITHDRAWN",
    "A_A_COMPROMISE",
  ]),
});

export const createAuditReport = z.object({
  CertificateAuthorityArn: arn,
  S3BucketName: text(3, 63),
  AuditReportResponseFormat: choice(["JSON", "CSV"]),
});

export const describeAuditReport = z.object({
  CertificateAuthorityArn: arn,
  AuditReportId: text(36, 36, "[a-z0-9]{8}-[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{12}"),
});
