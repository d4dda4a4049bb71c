// SubjectPublicKeyInfo (RFC 3279 §2.3, RFC 5480 §2) taken apart into numbers, for the key rules.

import { type Bytes, toUnsigned } from "../bytes.ts";
import { childrenOf, type DerElement, isPrimitive, universal } from "../der/element.ts";
import { decodeOid } from "../der/oid.ts";
import { readDer } from "../der/read-der.ts";
import { type AlgorithmIdentifier, hasNullParameters, readAlgorithm } from "./algorithm.ts";

export type RsaKey = {
  readonly kind: "rsa";
  readonly modulus: bigint;
  readonly exponent: bigint;
  /** Length of the modulus. */
  readonly bits: number;
};

export type EcKey = {
  readonly kind: "ec";
  /** Dotted OID of the named curve; undefined for explicit or inherited parameters. */
  readonly curveOid: string | undefined;
  /** The encoded point (SEC 1 §2.3.3). */
  readonly point: Bytes;
};

export type PublicKey =
  | RsaKey
  | EcKey
  | { readonly kind: "unsupported"; readonly oid: string }
  | { readonly kind: "malformed"; readonly reason: string };

/** Undefined when the element is not a SubjectPublicKeyInfo at all. */
export function readPublicKey(element: DerElement | undefined): PublicKey | undefined {
  const [algorithmElement, bits, ...more] = childrenOf(element, "sequence") ?? [];
  const algorithm = readAlgorithm(algorithmElement);
  if (algorithm === undefined || !isPrimitive(bits, universal.bitString) || more.length > 0) return undefined;
  if (bits.contents[0] !== 0) return malformed("the key is not a string of whole octets");
  const key = bits.contents.subarray(1);
  if (algorithm.oid === "1.2.840.113549.1.1.1") return readRsaKey(algorithm, key);
  if (algorithm.oid === "1.2.840.10045.2.1") return readEcKey(algorithm, key);
  return { kind: "unsupported", oid: algorithm.oid };
}

function readRsaKey(algorithm: AlgorithmIdentifier, key: Bytes): PublicKey {
  // RFC 3279 §2.3.1: the parameters MUST be NULL.
  if (!hasNullParameters(algorithm)) return malformed("the RSA parameters are not NULL");
  const reading = readDer(key);
  const [modulus, exponent, ...more] = childrenOf(reading.root, "sequence") ?? [];
  if (reading.findings.length > 0) return malformed("the RSA key is not DER");
  if (!isPositive(modulus) || !isPositive(exponent) || more.length > 0)
    return malformed("the RSA key is not two positive numbers");
  const n = toUnsigned(modulus.contents);
  return {
    kind: "rsa",
    modulus: n,
    exponent: toUnsigned(exponent.contents),
    bits: bitLength(modulus.contents),
  };
}

function readEcKey({ parameters }: AlgorithmIdentifier, point: Bytes): PublicKey {
  const curveOid = isPrimitive(parameters, universal.oid) ? decodeOid(parameters.contents) : undefined;
  return { kind: "ec", curveOid, point };
}

function isPositive(element: DerElement | undefined): element is DerElement {
  if (!isPrimitive(element, universal.integer)) return false;
  const [first = 0] = element.contents;
  return first < 0x80 && !(element.contents.length === 1 && first === 0);
}

/** Of a minimal positive INTEGER, without turning a hostile one into a number first. */
function bitLength(contents: Bytes): number {
  const [first = 0, second = 0] = contents;
  const [octets, leading] = first === 0 ? [contents.length - 1, second] : [contents.length, first];
  return (octets - 1) * 8 + (32 - Math.clz32(leading));
}

function malformed(reason: string): PublicKey {
  return { kind: "malformed", reason };
}
