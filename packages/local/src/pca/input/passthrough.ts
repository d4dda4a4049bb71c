// ApiPassthrough: the subject and extensions a caller may pass beside the request.
import * as z from "zod";
import { choice, list, objectIdentifier, text } from "./constraint.ts";
import { generalName } from "./general-name.ts";
import { asn1Subject } from "./subject.ts";

export const keyUsage = z.object({
  DigitalSignature: z.boolean().optional(),
  NonRepudiation: z.boolean().optional(),
  KeyEncipherment: z.boolean().optional(),
  DataEncipherment: z.boolean().optional(),
  KeyAgreement: z.boolean().optional(),
  KeyCertSign: z.boolean().optional(),
  CRLSign: z.boolean().optional(),
  EncipherOnly: z.boolean().optional(),
  DecipherOnly: z.boolean().optional(),
});
export type KeyUsage = z.output<typeof keyUsage>;

export const EXTENDED_KEY_USAGES = [
  "SERVER_AUTH",
  "CLIENT_AUTH",
  "CODE_SIGNING",
  "EMAIL_PROTECTION",
  "TIME_STAMPING",
  "OCSP_SIGNING",
  "SMART_CARD_LOGIN",
  "DOCUMENT_SIGNING",
  "CERTIFICATE_TRANSPARENCY",
] as const;

const policyInformation = z.object({
  CertPolicyId: objectIdentifier,
  PolicyQualifiers: list(
    z.object({ PolicyQualifierId: choice(["CPS"]), Qualifier: z.object({ CpsUri: text(0, 256) }) }),
    1,
    20,
  ).optional(),
});
export type PolicyInformation = z.output<typeof policyInformation>;

const extendedKeyUsage = z.object({
  ExtendedKeyUsageType: choice(EXTENDED_KEY_USAGES).optional(),
  ExtendedKeyUsageObjectIdentifier: objectIdentifier.optional(),
});
export type ExtendedKeyUsage = z.output<typeof extendedKeyUsage>;

const customExtension = z.object({
  ObjectIdentifier: objectIdentifier,
  Value: text(1, 4096, "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"),
  Critical: z.boolean().optional(),
});

export const apiPassthrough = z.object({
  Subject: asn1Subject.optional(),
  Extensions: z
    .object({
      CertificatePolicies: list(policyInformation, 1, 20).optional(),
      ExtendedKeyUsage: list(extendedKeyUsage, 1, 20).optional(),
      KeyUsage: keyUsage.optional(),
      SubjectAlternativeNames: list(generalName, 1, 150).optional(),
      CustomExtensions: list(customExtension, 1, 150).optional(),
    })
    .optional(),
});
export type ApiPassthrough = z.output<typeof apiPassthrough>;
