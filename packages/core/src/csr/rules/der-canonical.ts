// The posted bytes are the ones our own writer makes of the parse. A check on the reader: it should never fire alone.

import { sameBytes } from "../bytes.ts";
import { writeDer } from "../der/write-der.ts";
import type { DerRule } from "./rule.ts";

export const derCanonical: DerRule = {
  name: "der-canonical",
  citation: "X.690 §10: one value, one encoding; threat B7",
  applies: ({ reading }) => reading.root !== undefined && reading.findings.length === 0,
  check: ({ bytes, reading }) =>
    reading.root === undefined || sameBytes(writeDer(reading.root), bytes)
      ? []
      : [{ code: "csr.parsers_disagree", detail: "the request does not survive being written again" }],
};
