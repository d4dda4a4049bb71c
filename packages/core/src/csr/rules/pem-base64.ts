// Strict base64 between the lines: two decoders that skip different characters see different requests.

import type { PemRule } from "./rule.ts";

export const pemBase64: PemRule = {
  name: "pem-base64",
  citation: "RFC 7468 §3 (strict), RFC 4648 §3.3, §3.5",
  applies: pem => pem.block !== undefined,
  check: ({ block }) =>
    block?.bytes === undefined
      ? [
          {
            code: "csr.not_base64",
            detail: "the block is not strict base64: lines without blanks, full padding",
          },
        ]
      : [],
};
