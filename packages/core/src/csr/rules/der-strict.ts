// What the strict reader found (der/read-der.ts): a value that is BER but not DER is refused.

import { always, type DerRule } from "./rule.ts";

export const derStrict: DerRule = {
  name: "der-strict",
  citation: "X.690 §10, §11; RFC 2986 §3; threats B9, B10",
  applies: always,
  check: ({ reading }) => reading.findings,
};
