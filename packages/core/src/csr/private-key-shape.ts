// Recognises the four DER forms of a private key by shape, whatever they were labelled.

import { childrenOf, type DerElement, isPrimitive, universal } from "./der/element.ts";

/** PKCS #8 (RFC 5208 §5, §6), PKCS #1 (RFC 8017 A.1.2) or SEC 1 (RFC 5915 §3). */
export function isPrivateKey(root: DerElement | undefined): boolean {
  const [first, second, third] = childrenOf(root, "sequence") ?? [];
  const startsWithVersion = isPrimitive(first, universal.integer);
  const isPkcs8 = startsWithVersion && isAlgorithm(second) && isPrimitive(third, universal.octetString);
  const isEncryptedPkcs8 = isAlgorithm(first) && isPrimitive(second, universal.octetString);
  const isSec1 = startsWithVersion && isPrimitive(second, universal.octetString);
  return isPkcs8 || isEncryptedPkcs8 || isSec1 || isPkcs1(root);
}

function isAlgorithm(element: DerElement | undefined): boolean {
  return isPrimitive(childrenOf(element, "sequence")?.[0], universal.oid);
}

/** Version, modulus, two exponents, two primes and three numbers for the Chinese remainder theorem. */
function isPkcs1(root: DerElement | undefined): boolean {
  const numbers = childrenOf(root, "sequence") ?? [];
  return numbers.length >= 9 && numbers.slice(0, 9).every(number => isPrimitive(number, universal.integer));
}
