// Exactly one PEM block. With two, the one that is checked need not be the one that is signed.

import type { PemRule } from "./rule.ts";

export const pemSingleBlock: PemRule = {
  name: "pem-single-block",
  citation: "RFC 7468 §2; threat B7",
  applies: pem => !pem.tooLarge,
  check: ({ labels, block }) => {
    if (labels.length > 1)
      return [{ code: "csr.two_blocks", detail: `the text holds ${labels.length} PEM blocks; send one` }];
    if (block === undefined)
      return [
        {
          code: "csr.not_pem",
          detail: "the text holds no complete PEM block (BEGIN line, base64, END line)",
        },
      ];
    return [];
  },
};
