// Key and signature algorithms of a CA: what the API calls them, and what goes into the certificate.
import { createSign, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { nullValue, objectIdentifier, sequence } from "./der.ts";

export type KeyFamily = "EC" | "RSA";

type KeyKind =
  | { readonly family: "RSA"; readonly modulusLength: number }
  | { readonly family: "EC"; readonly namedCurve: string };

/** The key algorithms that this machine can make. ML-DSA and SM2 are in the API's model but not here. */
const KEY_KINDS: Readonly<Record<string, KeyKind>> = {
  RSA_2048: { family: "RSA", modulusLength: 2048 },
  RSA_3072: { family: "RSA", modulusLength: 3072 },
  RSA_4096: { family: "RSA", modulusLength: 4096 },
  EC_prime256v1: { family: "EC", namedCurve: "prime256v1" },
  EC_secp384r1: { family: "EC", namedCurve: "secp384r1" },
  EC_secp521r1: { family: "EC", namedCurve: "secp521r1" },
};

export type SignatureKind = {
  readonly family: KeyFamily;
  readonly digest: string;
  readonly identifier: Buffer;
};

const ecdsa = (digest: string, oid: string): SignatureKind => ({
  family: "EC",
  digest,
  identifier: sequence(objectIdentifier(oid)),
});
// RFC 4055 section 5: the parameters of these identifiers are NULL, present.
const rsa = (digest: string, oid: string): SignatureKind => ({
  family: "RSA",
  digest,
  identifier: sequence(objectIdentifier(oid), nullValue()),
});

const SIGNATURE_KINDS: Readonly<Record<string, SignatureKind>> = {
  SHA256WITHECDSA: ecdsa("sha256", "1.2.840.10045.4.3.2"),
  SHA384WITHECDSA: ecdsa("sha384", "1.2.840.10045.4.3.3"),
  SHA512WITHECDSA: ecdsa("sha512", "1.2.840.10045.4.3.4"),
  SHA256WITHRSA: rsa("sha256", "1.2.840.113549.1.1.11"),
  SHA384WITHRSA: rsa("sha384", "1.2.840.113549.1.1.12"),
  SHA512WITHRSA: rsa("sha512", "1.2.840.113549.1.1.13"),
};

export const keyFamily = (keyAlgorithm: string): KeyFamily | undefined => KEY_KINDS[keyAlgorithm]?.family;

export const signatureKind = (signingAlgorithm: string): SignatureKind | undefined =>
  SIGNATURE_KINDS[signingAlgorithm];

/** The signature kind that an AlgorithmIdentifier names, or undefined for one that is not accepted in a request. */
export function signatureKindOf(identifier: Buffer): SignatureKind | undefined {
  return Object.values(SIGNATURE_KINDS).find(kind => kind.identifier.equals(identifier));
}

/** Makes a CA key off the main thread: RSA 4096 takes seconds. Throws for an algorithm that is not made here. */
export async function generateCaKey(
  keyAlgorithm: string,
): Promise<{ readonly privateKey: KeyObject; readonly publicKey: KeyObject }> {
  const kind = KEY_KINDS[keyAlgorithm];
  if (kind === undefined) throw new Error(`no key generation for ${keyAlgorithm}`);
  const generate = promisify(generateKeyPair);
  return kind.family === "RSA"
    ? generate("rsa", { modulusLength: kind.modulusLength })
    : generate("ec", { namedCurve: kind.namedCurve });
}

/** The signature over `bytes`, in the form that X.509 wants (for ECDSA a SEQUENCE of r and s). */
export function signBytes(kind: SignatureKind, bytes: Uint8Array, key: KeyObject): Buffer {
  return createSign(kind.digest).update(bytes).sign(key);
}
