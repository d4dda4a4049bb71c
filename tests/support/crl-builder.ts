// Builds revocation lists: a sound one by default, wrong in the one part that a test names.
import { webcrypto } from "node:crypto";
import * as x509 from "#core/x509.ts";
import {
  type Bytes,
  bitString,
  boolean,
  bytes,
  concat,
  context,
  element,
  fromHex,
  integer,
  octetString,
  oid,
  sequence,
  utf8,
} from "./der-builder.ts";
import { dayMs, fromNoon, noon } from "./fixed-time.ts";
import type { TestCa } from "./test-ca.ts";

export type CrlEntryParts = {
  /** DER contents of the INTEGER, hex. */
  readonly serial: string;
  readonly reason?: number;
  readonly extensions?: readonly Bytes[];
};

export type CrlParts = {
  readonly version?: Bytes | undefined;
  readonly algorithm?: Bytes;
  readonly outerAlgorithm?: Bytes;
  readonly issuer?: Bytes;
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date | undefined;
  readonly number?: bigint | undefined;
  readonly entries?: readonly CrlEntryParts[];
  readonly extensions?: readonly Bytes[];
  /** Signs in place of the CA. */
  readonly signer?: TestCa;
};

const ecdsaSha256 = sequence(oid("1.2.840.10045.4.3.2"));

/** DER. Number 1, made at noon, for a week, unless told otherwise. */
export async function buildCrl(ca: TestCa, parts: CrlParts = {}): Promise<Bytes> {
  const algorithm = parts.algorithm ?? ecdsaSha256;
  const nextUpdate = "nextUpdate" in parts ? parts.nextUpdate : fromNoon(7 * dayMs);
  const number = "number" in parts ? parts.number : 1n;
  const extensions = [
    ...(number === undefined ? [] : [extension("2.5.29.20", integer(number))]),
    ...(parts.extensions ?? []),
  ];
  const entries = (parts.entries ?? []).map(entryOf);
  const version = "version" in parts ? parts.version : integer(1n);
  const signed = sequence(
    ...(version === undefined ? [] : [version]),
    algorithm,
    parts.issuer ?? subjectOf(ca),
    utcTime(parts.thisUpdate ?? noon),
    ...(nextUpdate === undefined ? [] : [utcTime(nextUpdate)]),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    ...(extensions.length === 0 ? [] : [context(0, sequence(...extensions))]),
  );
  const signature = await signBytes(parts.signer ?? ca, signed);
  return sequence(signed, parts.outerAlgorithm ?? algorithm, bitString(signature));
}

export function crlPem(der: Bytes): string {
  const lines = Buffer.from(der)
    .toString("base64")
    .match(/.{1,64}/g);
  return `-----BEGIN X509 CRL-----\n${(lines ?? []).join("\n")}\n-----END X509 CRL-----\n`;
}

export function extension(name: string, value: Bytes, critical = false): Bytes {
  return sequence(oid(name), ...(critical ? [boolean(0xff)] : []), octetString(value));
}

function entryOf({ serial, reason, extensions = [] }: CrlEntryParts): Bytes {
  const all = [
    ...(reason === undefined ? [] : [extension("2.5.29.21", element(0x0a, bytes(reason)))]),
    ...extensions,
  ];
  return sequence(
    element(0x02, fromHex(serial)),
    utcTime(noon),
    ...(all.length === 0 ? [] : [sequence(...all)]),
  );
}

export function utcTime(date: Date): Bytes {
  return element(0x17, utf8(`${date.toISOString().replace(/\D/g, "").slice(2, 14)}Z`));
}

export function subjectOf({ certificatePem }: TestCa): Bytes {
  return new Uint8Array(new x509.X509Certificate(certificatePem).subjectName.toArrayBuffer());
}

/** ECDSA-Sig-Value over `signed`, by SHA-256. */
export async function signBytes({ keys }: TestCa, signed: Bytes): Promise<Bytes> {
  const raw = new Uint8Array(
    await webcrypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, keys.privateKey, signed),
  );
  const half = raw.length / 2;
  const number = (from: number): Bytes =>
    integer(BigInt(`0x${Buffer.from(raw.subarray(from, from + half)).toString("hex")}`));
  return sequence(concat(number(0), number(half)));
}
