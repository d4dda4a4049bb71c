// The values of the five extensions this module understands. Each is one DER value inside an OCTET STRING.

import type { KeyUsage } from "../csr.ts";
import { childrenOf, type DerElement, isPrimitive, universal } from "../der/element.ts";
import { decodeOid } from "../der/oid.ts";
import type { DerReading } from "../der/read-der.ts";
import type { Finding } from "../finding.ts";
import { type GeneralName, readGeneralName } from "./general-name.ts";

export type ExtensionValue =
  | { readonly kind: "subjectAltName"; readonly names: readonly GeneralName[] }
  | { readonly kind: "extendedKeyUsage"; readonly usages: readonly string[] }
  | { readonly kind: "keyUsage"; readonly usages: readonly KeyUsage[] }
  | { readonly kind: "basicConstraints"; readonly ca: boolean }
  | { readonly kind: "subjectKeyIdentifier" }
  | { readonly kind: "unknown" }
  | { readonly kind: "malformed"; readonly findings: readonly Finding[] };

type Reader = (root: DerElement) => ExtensionValue | undefined;

const readers: ReadonlyMap<string, Reader> = new Map([
  ["2.5.29.14", readSubjectKeyIdentifier],
  ["2.5.29.15", readKeyUsage],
  ["2.5.29.17", readSubjectAltName],
  ["2.5.29.19", readBasicConstraints],
  ["2.5.29.37", readExtendedKeyUsage],
]);

/** `unknown` for an OID without a reader: its value need not even be DER, and nobody here acts on it. */
export function readExtensionValue(oid: string, { root, findings }: DerReading): ExtensionValue {
  const reader = readers.get(oid);
  if (reader === undefined) return { kind: "unknown" };
  if (root === undefined || findings.length > 0)
    return { kind: "malformed", findings: findings.map(within(oid)) };
  const detail = `extension ${oid} does not have the shape RFC 5280 gives it`;
  return reader(root) ?? { kind: "malformed", findings: [{ code: "csr.extension_malformed", detail }] };
}

function within(oid: string): (finding: Finding) => Finding {
  return ({ code, detail }) => ({ code, detail: `in extension ${oid}: ${detail}` });
}

function readSubjectKeyIdentifier(root: DerElement): ExtensionValue | undefined {
  return isPrimitive(root, universal.octetString) ? { kind: "subjectKeyIdentifier" } : undefined;
}

/** Bit n of the BIT STRING is the nth name (RFC 5280 §4.2.1.3). */
const keyUsageBits: readonly KeyUsage[] = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
];

function readKeyUsage(root: DerElement): ExtensionValue | undefined {
  if (!isPrimitive(root, universal.bitString)) return undefined;
  const [unused = 0, ...octets] = root.contents;
  const bits = octets
    .map(octet => octet.toString(2).padStart(8, "0"))
    .join("")
    .slice(0, octets.length * 8 - unused);
  // X.690 §11.2.2: a named bit list ends with a one; RFC 5280: at least one bit is set.
  if (!bits.endsWith("1") || bits.length > keyUsageBits.length) return undefined;
  return { kind: "keyUsage", usages: keyUsageBits.filter((_, index) => bits[index] === "1") };
}

function readSubjectAltName(root: DerElement): ExtensionValue | undefined {
  const names = childrenOf(root, "sequence") ?? [];
  return names.length === 0 ? undefined : { kind: "subjectAltName", names: names.map(readGeneralName) };
}

function readBasicConstraints(root: DerElement): ExtensionValue | undefined {
  const fields = childrenOf(root, "sequence");
  if (fields === undefined) return undefined;
  const [ca, pathLength, ...more] = fields;
  if (ca === undefined) return { kind: "basicConstraints", ca: false };
  // A path length without cA has no meaning (RFC 5280 §4.2.1.9), so cA comes first and is TRUE.
  if (!isPrimitive(ca, universal.boolean) || more.length > 0) return undefined;
  if (pathLength !== undefined && !isPrimitive(pathLength, universal.integer)) return undefined;
  if (ca.contents[0] === 0xff) return { kind: "basicConstraints", ca: true };
  const detail = "basic constraints spell out cA FALSE, which DER leaves out";
  return { kind: "malformed", findings: [{ code: "der.default_encoded", detail }] };
}

const purposes: ReadonlyMap<string, string> = new Map([
  ["2.5.29.37.0", "anyExtendedKeyUsage"],
  ["1.3.6.1.5.5.7.3.1", "serverAuth"],
  ["1.3.6.1.5.5.7.3.2", "clientAuth"],
  ["1.3.6.1.5.5.7.3.3", "codeSigning"],
  ["1.3.6.1.5.5.7.3.4", "emailProtection"],
  ["1.3.6.1.5.5.7.3.8", "timeStamping"],
  ["1.3.6.1.5.5.7.3.9", "OCSPSigning"],
]);

function readExtendedKeyUsage(root: DerElement): ExtensionValue | undefined {
  const usages = childrenOf(root, "sequence") ?? [];
  if (usages.length === 0 || !usages.every(usage => isPrimitive(usage, universal.oid))) return undefined;
  const oids = usages.map(usage => decodeOid(usage.contents));
  return { kind: "extendedKeyUsage", usages: oids.map(oid => purposes.get(oid) ?? oid) };
}
