// Nothing but whitespace around the block. Junk is where a second object, a NUL or another encoding hides.

import type { PemRule } from "./rule.ts";

export const pemNothingOutside: PemRule = {
  name: "pem-nothing-outside",
  citation: "RFC 7468 §2 lets parsers skip explanatory text; threat B7 does not",
  applies: pem => pem.block !== undefined,
  check: ({ block }) =>
    block === undefined || /^[ \t\r\n]*$/.test(block.outside)
      ? []
      : [{ code: "csr.text_outside_block", detail: "there is text before or after the PEM block" }],
};
