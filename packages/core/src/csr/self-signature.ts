// Verifies the signature of a request with its own key, and of a list with its CA's, by Web Crypto.

import { type Bytes, toUnsigned } from "./bytes.ts";
import { childrenOf, isPrimitive, universal } from "./der/element.ts";
import { readDer } from "./der/read-der.ts";
import { type Curve, curveOf } from "./number/curve.ts";
import type { CertificationRequest } from "./request/certification-request.ts";
import { type SignatureAlgorithm, signatureAlgorithmOf } from "./signature-algorithm.ts";

/** Bytes under a signature, and the key that is to have made it. */
export type SignedBytes = Pick<
  CertificationRequest,
  "signedBytes" | "spki" | "key" | "signatureAlgorithm" | "signature"
>;

/** RSA up to 4096 bits with e = 65537, so that a hostile key cannot buy time, and keys on the named curves. */
export function isVerifiable({ key, signatureAlgorithm }: SignedBytes): boolean {
  if (signatureAlgorithmOf(signatureAlgorithm)?.keyKind !== key.kind) return false;
  if (key.kind === "rsa") return key.bits <= 4096 && key.exponent === 65_537n;
  return key.kind === "ec" && curveOf(key.curveOid) !== undefined;
}

/** False as well for a key that Web Crypto refuses and for what is not `isVerifiable`. */
export async function isSigned(request: SignedBytes): Promise<boolean> {
  const algorithm = signatureAlgorithmOf(request.signatureAlgorithm);
  const verification = algorithm && toVerification(request, algorithm);
  if (verification === undefined) return false;
  const { parameters, signature } = verification;
  try {
    const key = await crypto.subtle.importKey("spki", request.spki, parameters, false, ["verify"]);
    return await crypto.subtle.verify(parameters, key, signature, request.signedBytes);
  } catch {
    return false; // Such as a point off its curve, which has a finding of its own.
  }
}

function toVerification({ key, signature }: SignedBytes, { hash }: SignatureAlgorithm) {
  if (key.kind === "rsa") return { parameters: { name: "RSASSA-PKCS1-v1_5", hash }, signature };
  const curve = key.kind === "ec" ? curveOf(key.curveOid) : undefined;
  const fixed = curve && toFixedLength(curve, signature);
  return curve && fixed && { parameters: { name: "ECDSA", namedCurve: curve.name, hash }, signature: fixed };
}

/** ECDSA-Sig-Value (RFC 3279 §2.2.3) to r ‖ s, as Web Crypto wants it. Undefined unless DER with r and s in 1 … n−1. */
function toFixedLength({ n, octets }: Curve, signature: Bytes): Bytes | undefined {
  const { root, findings } = readDer(signature);
  const numbers = childrenOf(root, "sequence") ?? [];
  if (findings.length > 0 || numbers.length !== 2) return undefined;
  const fixed = new Uint8Array(2 * octets);
  for (const [index, number] of numbers.entries()) {
    if (!isPrimitive(number, universal.integer) || (number.contents[0] ?? 0) >= 0x80) return undefined;
    const value = toUnsigned(number.contents);
    if (value === 0n || value >= n) return undefined;
    const digits = number.contents.subarray(number.contents[0] === 0 ? 1 : 0);
    fixed.set(digits, (index + 1) * octets - digits.length);
  }
  return fixed;
}
