// Puts a certificate or a CA's own request together and signs it. What goes in has been decided elsewhere.
import type { KeyObject } from "node:crypto";
import { type SignatureKind, signBytes } from "./algorithm.ts";
import { bitString, context, objectIdentifier, sequence, setOf, time, unsignedInteger } from "./der.ts";
import { type Extension, encodeExtension } from "./extension.ts";
import type { Period } from "./validity.ts";

export type CertificateParts = {
  /** 16 octets, read as an unsigned integer. */
  readonly serial: Uint8Array;
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly subjectPublicKeyInfo: Buffer;
  readonly period: Period;
  readonly extensions: readonly Extension[];
};

const VERSION_3 = context(0, unsignedInteger(Buffer.from([2])));
const VERSION_1 = unsignedInteger(Buffer.from([0]));
const EXTENSION_REQUEST = objectIdentifier("1.2.840.113549.1.9.14");

/** DER of the signed certificate (RFC 5280 4.1). */
export function signCertificate(parts: CertificateParts, kind: SignatureKind, key: KeyObject): Buffer {
  const toBeSigned = sequence(
    VERSION_3,
    unsignedInteger(parts.serial),
    kind.identifier,
    parts.issuer,
    sequence(time(parts.period.notBefore), time(parts.period.notAfter)),
    parts.subject,
    parts.subjectPublicKeyInfo,
    context(3, sequence(...parts.extensions.map(encodeExtension))),
  );
  return signed(toBeSigned, kind, key);
}

/** DER of a signed PKCS #10 request (RFC 2986). */
export function signRequest(
  parts: Pick<CertificateParts, "subject" | "subjectPublicKeyInfo" | "extensions">,
  kind: SignatureKind,
  key: KeyObject,
): Buffer {
  const requested = sequence(...parts.extensions.map(encodeExtension));
  const attributes = parts.extensions.length === 0 ? [] : [sequence(EXTENSION_REQUEST, setOf(requested))];
  const info = sequence(VERSION_1, parts.subject, parts.subjectPublicKeyInfo, context(0, ...attributes));
  return signed(info, kind, key);
}

const signed = (toBeSigned: Buffer, kind: SignatureKind, key: KeyObject): Buffer =>
  sequence(toBeSigned, kind.identifier, bitString(signBytes(kind, toBeSigned, key)));
