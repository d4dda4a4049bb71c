// The label of a request, in its standard and its older spelling.

import { excerpt } from "../excerpt.ts";
import type { PemRule } from "./rule.ts";

const labels: readonly string[] = ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"];

export const pemLabel: PemRule = {
  name: "pem-label",
  citation: "RFC 7468 §7",
  applies: pem => pem.block !== undefined,
  check: ({ block }) =>
    block === undefined || labels.includes(block.label)
      ? []
      : [
          {
            code: "csr.label_unsupported",
            detail: `the block is labelled ${excerpt(block.label)}, not ${labels[0]}`,
          },
        ],
};
