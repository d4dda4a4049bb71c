// The public exponent 65537 and no other: small ones invite padding attacks, huge ones cost every verifier time.

import { rsaRule } from "./rsa-rule.ts";

export const rsaExponent = rsaRule(
  "rsa-exponent",
  "NIST SP 800-89 §5.3.3; FIPS 186-5 §5.4(e); threat B4",
  ({ exponent }) =>
    exponent === 65_537n
      ? []
      : [{ code: "key.rsa_exponent", detail: "the RSA public exponent is not 65537" }],
);
