// Builds CSRs by hand: valid by default, and wrong in exactly the part a test names. Signed with real keys.

import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import {
  type Bytes,
  bitString,
  boolean,
  concat,
  context,
  integer,
  nothing,
  octetString,
  oid,
  sequence,
  set,
  utf8String,
} from "./der-builder.ts";

export type TestKey = { readonly privateKey: KeyObject; readonly spki: Bytes };

export type CsrParts = {
  readonly key?: TestKey;
  /** In place of the key's own. */
  readonly spki?: Bytes;
  readonly version?: Bytes;
  /** RDNs, each a whole SET. */
  readonly subject?: readonly Bytes[];
  readonly attributes?: readonly Bytes[];
  /** In place of `[0]` and the attributes. */
  readonly attributesField?: Bytes;
  readonly hash?: "sha256" | "sha384" | "sha512" | "sha1" | "md5";
  readonly signatureAlgorithm?: Bytes;
  /** In place of the one made with the key. */
  readonly signature?: Bytes;
  /** Applied to the signature, which was good so far. */
  readonly changeSignature?: (good: Bytes) => Bytes;
};

/** A signed request; CN `device-1` and a P-256 key unless told otherwise. */
export function aCsr(parts: CsrParts = {}): Bytes {
  const key = parts.key ?? ecKey("P-256");
  const hash = parts.hash ?? "sha256";
  const info = sequence(
    parts.version ?? integer(0n),
    sequence(...(parts.subject ?? [rdn("2.5.4.3", utf8String("device-1"))])),
    parts.spki ?? key.spki,
    parts.attributesField ?? context(0, ...(parts.attributes ?? [])),
  );
  const signature = parts.signature ?? Uint8Array.from(sign(hash, info, key.privateKey));
  const changed = parts.changeSignature?.(signature) ?? signature;
  return sequence(info, parts.signatureAlgorithm ?? signedWith(key, hash), bitString(changed));
}

/** PEM with 64-character lines. */
export function toPem(der: Bytes, label = "CERTIFICATE REQUEST"): string {
  const lines = Buffer.from(der)
    .toString("base64")
    .replaceAll(/.{64}(?=.)/g, "$&\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

export function aCsrPem(parts: CsrParts = {}): string {
  return toPem(aCsr(parts));
}

/** One RDN with one attribute; `value` is a whole element. */
export function rdn(type: string, value: Bytes): Bytes {
  return set(nameAttribute(type, value));
}

export function nameAttribute(type: string, value: Bytes): Bytes {
  return sequence(oid(type), value);
}

export function attribute(type: string, ...values: readonly Bytes[]): Bytes {
  return sequence(oid(type), set(...values));
}

/** The extensionRequest attribute around whole extensions. */
export function extensionRequest(...extensions: readonly Bytes[]): Bytes {
  return attribute("1.2.840.113549.1.9.14", sequence(...extensions));
}

export function extension(type: string, value: Bytes): Bytes {
  return sequence(oid(type), octetString(value));
}

export function criticalExtension(type: string, value: Bytes, critical: Bytes = boolean(0xff)): Bytes {
  return sequence(oid(type), critical, octetString(value));
}

/** A CSR that requests one subjectAltName extension with these names, each a whole GeneralName. */
export function withAltNames(...names: readonly Bytes[]): CsrParts {
  return { attributes: [extensionRequest(extension("2.5.29.17", sequence(...names)))] };
}

export function challenge(password: string): Bytes {
  return attribute("1.2.840.113549.1.9.7", utf8String(password));
}

export function algorithm(type: string, parameters: Bytes = concat()): Bytes {
  return sequence(oid(type), parameters);
}

const signatureOids = {
  rsa: { sha256: "11", sha384: "12", sha512: "13", sha1: "5", md5: "4" },
  ec: { sha256: "3.2", sha384: "3.3", sha512: "3.4", sha1: "1", md5: "" },
} as const;

function signedWith({ privateKey }: TestKey, hash: NonNullable<CsrParts["hash"]>): Bytes {
  return privateKey.asymmetricKeyType === "rsa"
    ? algorithm(`1.2.840.113549.1.1.${signatureOids.rsa[hash]}`, nothing())
    : algorithm(`1.2.840.10045.4.${signatureOids.ec[hash]}`);
}

const keys = new Map<string, TestKey>();

function remembered(name: string, make: () => { publicKey: KeyObject; privateKey: KeyObject }): TestKey {
  const known = keys.get(name);
  if (known !== undefined) return known;
  const key = toTestKey(make());
  keys.set(name, key);
  return key;
}

export function toTestKey(pair: { publicKey: KeyObject; privateKey: KeyObject }): TestKey {
  const spki = Uint8Array.from(pair.publicKey.export({ type: "spki", format: "der" }));
  return { privateKey: pair.privateKey, spki };
}

/** One key per curve and run; any curve OpenSSL knows. */
export function ecKey(namedCurve: string, paramEncoding: "named" | "explicit" = "named"): TestKey {
  return remembered(`${namedCurve} ${paramEncoding}`, () =>
    generateKeyPairSync("ec", { namedCurve, paramEncoding }),
  );
}

/** One key per size, exponent and run. */
export function rsaKey(modulusLength: number, publicExponent = 65_537): TestKey {
  return remembered(`rsa ${modulusLength} ${publicExponent}`, () =>
    generateKeyPairSync("rsa", { modulusLength, publicExponent }),
  );
}

/** SubjectPublicKeyInfo of an RSA key that need not exist. */
export function rsaSpki(modulus: bigint, exponent = 65_537n): Bytes {
  return sequence(
    algorithm("1.2.840.113549.1.1.1", nothing()),
    bitString(sequence(integer(modulus), integer(exponent))),
  );
}

/** SubjectPublicKeyInfo of an EC key from a curve's OID and an encoded point. */
export function ecSpki(curveOid: string, point: Bytes): Bytes {
  return sequence(algorithm("1.2.840.10045.2.1", oid(curveOid)), bitString(point));
}

/** The uncompressed point at the end of a key's SubjectPublicKeyInfo. */
export function pointOf(key: TestKey, coordinateOctets: number): Bytes {
  return key.spki.slice(-(1 + 2 * coordinateOctets));
}
