// A modulus with a prime factor below 2^16, an even one included: a broken generator or a flipped bit.

import { greatestCommonDivisor, primesBelow, product } from "../number/integer.ts";
import { rsaWeakness } from "./rsa-rule.ts";

const smallPrimes = product(primesBelow(2 ** 16).map(BigInt));

export const rsaSmallFactors = rsaWeakness(
  "rsa-small-factors",
  "NIST SP 800-89 §5.3.3 (no factors below 752); threat B4",
  {
    finding: { code: "key.rsa_small_factor", detail: "the RSA modulus has a prime factor below 65536" },
    isPresent: ({ modulus }) => greatestCommonDivisor(modulus, smallPrimes % modulus) !== 1n,
  },
);
