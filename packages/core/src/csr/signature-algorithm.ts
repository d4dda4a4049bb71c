// The signature algorithms a request may be signed with, and the broken ones worth naming.

import { type AlgorithmIdentifier, hasNullParameters } from "./request/algorithm.ts";

export type SignatureAlgorithm = {
  readonly keyKind: "rsa" | "ec";
  readonly hash: "SHA-256" | "SHA-384" | "SHA-512";
};

// RSASSA-PSS is not here: its parameters are a parser of their own, and no device needs them for a CSR.
const accepted: ReadonlyMap<string, SignatureAlgorithm> = new Map([
  ["1.2.840.113549.1.1.11", { keyKind: "rsa", hash: "SHA-256" }],
  ["1.2.840.113549.1.1.12", { keyKind: "rsa", hash: "SHA-384" }],
  ["1.2.840.113549.1.1.13", { keyKind: "rsa", hash: "SHA-512" }],
  ["1.2.840.10045.4.3.2", { keyKind: "ec", hash: "SHA-256" }],
  ["1.2.840.10045.4.3.3", { keyKind: "ec", hash: "SHA-384" }],
  ["1.2.840.10045.4.3.4", { keyKind: "ec", hash: "SHA-512" }],
]);

export const weakSignatures: ReadonlyMap<string, string> = new Map([
  ["1.2.840.113549.1.1.2", "MD2"],
  ["1.2.840.113549.1.1.3", "MD4"],
  ["1.2.840.113549.1.1.4", "MD5"],
  ["1.2.840.113549.1.1.5", "SHA-1"],
  ["1.3.14.3.2.29", "SHA-1"],
  ["1.2.840.10045.4.1", "SHA-1"],
  ["1.2.840.10040.4.3", "SHA-1"],
]);

/** Undefined for another algorithm, or for one of these with parameters it must not have. */
export function signatureAlgorithmOf(algorithm: AlgorithmIdentifier): SignatureAlgorithm | undefined {
  const entry = accepted.get(algorithm.oid);
  // RFC 4055 §5: NULL for RSA. RFC 5758 §3.2: absent for ECDSA.
  const parametersFit =
    entry?.keyKind === "rsa" ? hasNullParameters(algorithm) : algorithm.parameters === undefined;
  return parametersFit ? entry : undefined;
}
