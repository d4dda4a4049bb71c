// RSA moduli of exactly 2048, 3072 or 4096 bits.

import { rsaRule, rsaSizes } from "./rsa-rule.ts";

export const rsaSize = rsaRule(
  "rsa-size",
  "NIST SP 800-57 part 1 §5.6.1; AWS Private CA key types; threat B4",
  ({ bits }) => {
    if (rsaSizes.some(size => size === bits)) return [];
    const detail = `the RSA modulus has ${bits} bits; 2048, 3072 and 4096 are accepted`;
    return [{ code: bits < rsaSizes[0] ? "key.rsa_too_short" : "key.rsa_size_unsupported", detail }];
  },
);
