// RSA or elliptic curve keys, well formed. An allow list by algorithm: post-quantum and Edwards keys are not on it.

import { always, type RequestRule } from "./rule.ts";

export const keyType: RequestRule = {
  name: "key-type",
  citation: "RFC 3279 §2.3, RFC 5480 §2; threat B6",
  applies: always,
  check: ({ key }) => {
    if (key.kind === "unsupported")
      return [{ code: "key.type_unsupported", detail: `the key algorithm ${key.oid} is neither RSA nor EC` }];
    if (key.kind === "malformed") return [{ code: "key.malformed", detail: key.reason }];
    return [];
  },
};
