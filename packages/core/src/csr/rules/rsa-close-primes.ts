// Fermat's factorisation: two primes that are too close fall out in a few rounds (CVE-2022-26320 and others).

import { squareRoot } from "../number/integer.ts";
import { rsaWeakness } from "./rsa-rule.ts";

/** The CA/Browser Forum asks for at least 100 rounds; real cases fell within 20. */
const rounds = 110;

export const rsaClosePrimes = rsaWeakness(
  "rsa-close-primes",
  "CA/Browser Forum Baseline Requirements §6.1.1.3 (Fermat); threat B4",
  {
    finding: {
      code: "key.rsa_close_primes",
      detail: "the RSA primes are so close that the modulus can be factored",
    },
    isPresent: ({ modulus }) => hasCloseFactors(modulus),
  },
);

/** Looks for a² − n = b² from the root of n upwards. An even n is left to the small factors. */
function hasCloseFactors(n: bigint): boolean {
  if (n % 2n === 0n) return false;
  const root = squareRoot(n);
  let a = root * root === n ? root : root + 1n;
  let difference = a * a - n;
  for (let round = 0; round < rounds; round += 1) {
    if (isSquare(difference)) return true;
    difference += 2n * a + 1n;
    a += 1n;
  }
  return false;
}

/** Most numbers are told from squares by their last six bits: only 12 of 64 residues are squares. */
const squaresModulo64 = new Set(Array.from({ length: 64 }, (_, n) => (n * n) % 64));

function isSquare(n: bigint): boolean {
  if (!squaresModulo64.has(Number(n & 63n))) return false;
  return squareRoot(n) ** 2n === n;
}
