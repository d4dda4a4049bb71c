// What each operation of ACM takes: the API model's constraints (API version 2015-12-08).
import * as z from "zod";
import { blob, choice, list, text, whole } from "../pca/input/constraint.ts";

/** Any Amazon Resource Name of the service. Whether it names something is the operation's question. */
const arn = text(20, 2048, "arn:[\\w+=/,.@-]+:acm:[\\w+=/,.@-]*:[0-9]+:[\\w+=,.@-]+(/[\\w+=,.@-]+)*");
const tag = z.object({ Key: text(1, 128), Value: text(0, 256).optional() });

export type Tag = z.output<typeof tag>;

export const keyAlgorithms = [
  "RSA_1024",
  "RSA_2048",
  "RSA_3072",
  "RSA_4096",
  "EC_prime256v1",
  "EC_secp384r1",
  "EC_secp521r1",
] as const;
export type KeyAlgorithm = (typeof keyAlgorithms)[number];

/** Of imported certificates; the model has more for those that ACM issues. */
export const statuses = ["ISSUED", "EXPIRED"] as const;
const modelStatuses = [
  "PENDING_VALIDATION",
  ...statuses,
  "INACTIVE",
  "VALIDATION_TIMED_OUT",
  "REVOKED",
  "FAILED",
] as const;

export const importCertificate = z.object({
  CertificateArn: arn.optional(),
  Certificate: blob(1, 32_768),
  PrivateKey: blob(1, 5_120),
  CertificateChain: blob(1, 2_097_152).optional(),
  Tags: list(tag, 1, 50).optional(),
});

export const onCertificate = z.object({ CertificateArn: arn });

export const listCertificates = z.object({
  CertificateStatuses: z.array(choice(modelStatuses)).optional(),
  Includes: z.object({ keyTypes: z.array(choice(keyAlgorithms)).optional() }).optional(),
  NextToken: text(1, 10_000).optional(),
  MaxItems: whole(1, 1_000).optional(),
});
