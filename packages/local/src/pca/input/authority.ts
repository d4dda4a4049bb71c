// Requests about a CA itself.
import * as z from "zod";
import { arn, blob, choice, idempotencyToken, list, text, whole } from "./constraint.ts";
import { accessDescriptions } from "./general-name.ts";
import { keyUsage } from "./passthrough.ts";
import { asn1Subject } from "./subject.ts";

const KEY_ALGORITHMS = [
  "RSA_2048",
  "RSA_3072",
  "RSA_4096",
  "EC_prime256v1",
  "EC_secp384r1",
  "EC_secp521r1",
  "ML_DSA_44",
  "ML_DSA_65",
  "ML_DSA_87",
  "SM2",
] as const;

export const signingAlgorithm = choice([
  "SHA256WITHECDSA",
  "SHA384WITHECDSA",
  "SHA512WITHECDSA",
  "SHA256WITHRSA",
  "SHA384WITHRSA",
  "SHA512WITHRSA",
  "SM3WITHSM2",
  "ML_DSA_44",
  "ML_DSA_65",
  "ML_DSA_87",
]);

const cname = text(0, 253, "[-a-zA-Z0-9;/?:@&=+$,%_.!~*()']*");

const revocationConfiguration = z.object({
  CrlConfiguration: z
    .object({
      Enabled: z.boolean(),
      ExpirationInDays: whole(1, 5000).optional(),
      CustomCname: cname.optional(),
      S3BucketName: text(3, 255, "[-a-zA-Z0-9._/]+").optional(),
      S3ObjectAcl: choice(["PUBLIC_READ", "BUCKET_OWNER_FULL_CONTROL"]).optional(),
      CrlDistributionPointExtensionConfiguration: z.object({ OmitExtension: z.boolean() }).optional(),
      CrlType: choice(["COMPLETE", "PARTITIONED"]).optional(),
      CustomPath: text(
        0,
        253,
        "[-a-zA-Z0-9;?:@&=+$,%_.!~*()']+(/[-a-zA-Z0-9;?:@&=+$,%_.!~*()']+)*",
      ).optional(),
    })
    .optional(),
  OcspConfiguration: z.object({ Enabled: z.boolean(), OcspCustomCname: cname.optional() }).optional(),
});
export type RevocationConfiguration = z.output<typeof revocationConfiguration>;

const authorityConfiguration = z.object({
  KeyAlgorithm: choice(KEY_ALGORITHMS),
  SigningAlgorithm: signingAlgorithm,
  Subject: asn1Subject,
  CsrExtensions: z
    .object({ KeyUsage: keyUsage.optional(), SubjectInformationAccess: accessDescriptions.optional() })
    .optional(),
});
export type AuthorityConfiguration = z.output<typeof authorityConfiguration>;

const tagText = "([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)";
const tag = z.object({ Key: text(1, 128, tagText), Value: text(0, 256, tagText).optional() });
export type Tag = z.output<typeof tag>;
const tags = list(tag, 1, 50);

export const createAuthority = z.object({
  CertificateAuthorityConfiguration: authorityConfiguration,
  RevocationConfiguration: revocationConfiguration.optional(),
  CertificateAuthorityType: choice(["ROOT", "SUBORDINATE"]),
  IdempotencyToken: idempotencyToken.optional(),
  KeyStorageSecurityStandard: choice([
    "FIPS_140_2_LEVEL_2_OR_HIGHER",
    "FIPS_140_2_LEVEL_3_OR_HIGHER",
    "CCPC_LEVEL_1_OR_HIGHER",
  ]).optional(),
  Tags: tags.optional(),
  UsageMode: choice(["GENERAL_PURPOSE", "SHORT_LIVED_CERTIFICATE"]).optional(),
});
export type CreateAuthority = z.output<typeof createAuthority>;

export const onAuthority = z.object({ CertificateAuthorityArn: arn });

const page = { MaxResults: whole(1, 1000).optional(), NextToken: text(1, 43739).optional() };
export const listAuthorities = z.object({
  ...page,
  ResourceOwner: choice(["SELF", "OTHER_ACCOUNTS"]).optional(),
});
export const listTags = z.object({ CertificateAuthorityArn: arn, ...page });
export const changeTags = z.object({ CertificateAuthorityArn: arn, Tags: tags });

export const importAuthorityCertificate = z.object({
  CertificateAuthorityArn: arn,
  Certificate: blob(1, 32_768),
  CertificateChain: blob(0, 2_097_152).optional(),
});

export const updateAuthority = z.object({
  CertificateAuthorityArn: arn,
  RevocationConfiguration: revocationConfiguration.optional(),
  Status: choice([
    "CREATING",
    "PENDING_CERTIFICATE",
    "ACTIVE",
    "DELETED",
    "DISABLED",
    "EXPIRED",
    "FAILED",
  ]).optional(),
});

export const deleteAuthority = z.object({
  CertificateAuthorityArn: arn,
  PermanentDeletionTimeInDays: whole(7, 30).optional(),
});
