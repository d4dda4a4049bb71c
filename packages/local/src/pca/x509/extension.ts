// The certificate extensions PCA writes itself (RFC 5280 4.2), each as the DER of its value.
import { createHash } from "node:crypto";
import { AwsError } from "../../wire/aws-json.ts";
import type {
  EXTENDED_KEY_USAGES,
  ExtendedKeyUsage,
  KeyUsage,
  PolicyInformation,
} from "../input/passthrough.ts";
import {
  bitString,
  context,
  contextPrimitive,
  ia5String,
  objectIdentifier,
  octetString,
  readAll,
  readElement,
  sequence,
  trueValue,
  unsignedInteger,
} from "./der.ts";

export type Extension = { readonly oid: string; readonly critical: boolean; readonly value: Buffer };

export const OID = {
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAlternativeName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  crlDistributionPoints: "2.5.29.31",
  certificatePolicies: "2.5.29.32",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  authorityInformationAccess: "1.3.6.1.5.5.7.1.1",
  subjectInformationAccess: "1.3.6.1.5.5.7.1.11",
} as const;

export function encodeExtension(extension: Extension): Buffer {
  const critical = extension.critical ? [trueValue()] : [];
  return sequence(objectIdentifier(extension.oid), ...critical, octetString(extension.value));
}

export function basicConstraints(ca: boolean, critical: boolean, pathLength?: number): Extension {
  const length = pathLength === undefined ? [] : [unsignedInteger(Buffer.from([pathLength]))];
  const value = ca ? sequence(trueValue(), ...length) : sequence();
  return { oid: OID.basicConstraints, critical, value };
}

// Bit order of RFC 5280 4.2.1.3.
const KEY_USAGE_BITS = [
  "DigitalSignature",
  "NonRepudiation",
  "KeyEncipherment",
  "DataEncipherment",
  "KeyAgreement",
  "KeyCertSign",
  "CRLSign",
  "EncipherOnly",
  "DecipherOnly",
] as const satisfies readonly (keyof KeyUsage)[];

/** Always critical, as in every template. Undefined when no bit is set: RFC 5280 wants at least one. */
export function keyUsage(usage: KeyUsage): Extension | undefined {
  const last = KEY_USAGE_BITS.findLastIndex(bit => usage[bit]);
  if (last === -1) return undefined;
  const octets = Buffer.alloc(Math.floor(last / 8) + 1);
  for (const [index, bit] of KEY_USAGE_BITS.entries()) {
    if (usage[bit]) octets.writeUInt8(octets.readUInt8(index >> 3) | (0x80 >> (index & 7)), index >> 3);
  }
  return { oid: OID.keyUsage, critical: true, value: bitString(octets, 7 - (last & 7)) };
}

export const EXTENDED_KEY_USAGE_OIDS = {
  SERVER_AUTH: "1.3.6.1.5.5.7.3.1",
  CLIENT_AUTH: "1.3.6.1.5.5.7.3.2",
  CODE_SIGNING: "1.3.6.1.5.5.7.3.3",
  EMAIL_PROTECTION: "1.3.6.1.5.5.7.3.4",
  TIME_STAMPING: "1.3.6.1.5.5.7.3.8",
  OCSP_SIGNING: "1.3.6.1.5.5.7.3.9",
  SMART_CARD_LOGIN: "1.3.6.1.4.1.311.20.2.2",
  DOCUMENT_SIGNING: "1.3.6.1.4.1.311.10.3.12",
  CERTIFICATE_TRANSPARENCY: "1.3.6.1.4.1.11129.2.4.4",
} as const satisfies Record<(typeof EXTENDED_KEY_USAGES)[number], string>;

export function extendedKeyUsage(oids: readonly string[], critical: boolean): Extension {
  return { oid: OID.extendedKeyUsage, critical, value: sequence(...oids.map(objectIdentifier)) };
}

/** Throws InvalidArgsException for an entry that has not exactly one of type and object identifier. */
export function usageOid(usage: ExtendedKeyUsage): string {
  const { ExtendedKeyUsageType: type, ExtendedKeyUsageObjectIdentifier: oid } = usage;
  if (type !== undefined && oid === undefined) return EXTENDED_KEY_USAGE_OIDS[type];
  if (type === undefined && oid !== undefined) return oid;
  throw new AwsError(
    "InvalidArgsException",
    "An ExtendedKeyUsage must have exactly one type or object identifier.",
  );
}

/** SHA-1 over the key's bits (RFC 5280 4.2.1.2, method 1). */
export function keyIdentifier(subjectPublicKeyInfo: Uint8Array): Buffer {
  const bits = readAll(readElement(subjectPublicKeyInfo).content)[1];
  if (bits === undefined) throw new RangeError("public key without key bits");
  return createHash("sha1").update(bits.content.subarray(1)).digest();
}

export const subjectKeyIdentifier = (id: Uint8Array): Extension => ({
  oid: OID.subjectKeyIdentifier,
  critical: false,
  value: octetString(id),
});

export const authorityKeyIdentifier = (id: Uint8Array): Extension => ({
  oid: OID.authorityKeyIdentifier,
  critical: false,
  value: sequence(contextPrimitive(0, id)),
});

const uri = (text: string): Buffer => contextPrimitive(6, Buffer.from(text, "latin1"));

export const crlDistributionPoint = (url: string): Extension => ({
  oid: OID.crlDistributionPoints,
  critical: false,
  value: sequence(sequence(context(0, context(0, uri(url))))),
});

export const ocspResponder = (url: string): Extension => ({
  oid: OID.authorityInformationAccess,
  critical: false,
  value: sequence(sequence(objectIdentifier("1.3.6.1.5.5.7.48.1"), uri(url))),
});

export function certificatePolicies(policies: readonly PolicyInformation[]): Extension {
  const value = sequence(
    ...policies.map(policy => {
      const qualifiers = (policy.PolicyQualifiers ?? []).map(item =>
        sequence(objectIdentifier("1.3.6.1.5.5.7.2.1"), ia5String(item.Qualifier.CpsUri)),
      );
      const list = qualifiers.length === 0 ? [] : [sequence(...qualifiers)];
      return sequence(objectIdentifier(policy.CertPolicyId), ...list);
    }),
  );
  return { oid: OID.certificatePolicies, critical: false, value };
}
