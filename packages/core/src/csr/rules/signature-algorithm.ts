// SHA-2 with RSA PKCS #1 v1.5 or ECDSA, and of the same family as the key.

import { signatureAlgorithmOf, weakSignatures } from "../signature-algorithm.ts";
import { always, type RequestRule } from "./rule.ts";

export const signatureAlgorithm: RequestRule = {
  name: "signature-algorithm",
  citation: "RFC 4055 §5, RFC 5758 §3.2; RFC 9155 (no MD5, no SHA-1); threat B12",
  applies: always,
  check: ({ signatureAlgorithm: algorithm, key }) => {
    const weak = weakSignatures.get(algorithm.oid);
    if (weak !== undefined)
      return [{ code: "csr.signature_algorithm_weak", detail: `the request is signed with ${weak}` }];
    const accepted = signatureAlgorithmOf(algorithm);
    if (accepted === undefined) {
      const detail = `the signature algorithm ${algorithm.oid} is not SHA-2 with RSA PKCS #1 or ECDSA, or has odd parameters`;
      return [{ code: "csr.signature_algorithm_unsupported", detail }];
    }
    const isOtherFamily = (key.kind === "rsa" || key.kind === "ec") && key.kind !== accepted.keyKind;
    return isOtherFamily
      ? [
          {
            code: "csr.signature_key_mismatch",
            detail: "the signature algorithm is not one for this kind of key",
          },
        ]
      : [];
  },
};
