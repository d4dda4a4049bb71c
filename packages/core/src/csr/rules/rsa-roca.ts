// Keys of Infineon's flawed generator (ROCA, CVE-2017-15361). Its primes are k·M + (65537^a mod M), M the product of
// the first small primes. So n is a power of 65537 modulo M, which chance brings about once in 2^155 keys.

import { primesBelow } from "../number/integer.ts";
import { rsaWeakness } from "./rsa-rule.ts";

/** Divisors of M at every key size: the odd primes among the first 39. */
const primes = primesBelow(168).filter(prime => prime !== 2);

type Logarithm = { readonly exponent: number; readonly order: number };

export const rsaRoca = rsaWeakness(
  "rsa-roca",
  "Nemec et al., The Return of Coppersmith's Attack, CCS 2017, §2; threat B4",
  {
    finding: {
      code: "key.rsa_roca",
      detail: "the RSA key was made by the flawed ROCA generator and can be factored",
    },
    isPresent: ({ modulus }) => isPowerOfGenerator(modulus),
  },
);

/** True when one exponent fits all primes: each logarithm exists, and any two agree where their orders overlap. */
function isPowerOfGenerator(n: bigint): boolean {
  const logarithms: Logarithm[] = [];
  for (const prime of primes) {
    const logarithm = logarithmModulo(prime, Number(n % BigInt(prime)));
    if (logarithm === undefined || !logarithms.every(earlier => agree(earlier, logarithm))) return false;
    logarithms.push(logarithm);
  }
  return true;
}

/** The exponent of 65537 that gives `residue`, by trying all: the order is below 167. */
function logarithmModulo(prime: number, residue: number): Logarithm | undefined {
  const powers = [1];
  for (let power = 65_537 % prime; power !== 1; power = (power * 65_537) % prime) powers.push(power);
  const exponent = powers.indexOf(residue);
  return exponent === -1 ? undefined : { exponent, order: powers.length };
}

/** Chinese remainder theorem: two congruences have a common solution when they agree modulo the common divisor. */
function agree(a: Logarithm, b: Logarithm): boolean {
  return (a.exponent - b.exponent) % commonDivisor(a.order, b.order) === 0;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
