// Extensions this module understands have the shape RFC 5280 gives them, in DER.

import { always, type RequestRule } from "./rule.ts";

export const extensionWellFormed: RequestRule = {
  name: "extension-well-formed",
  citation: "RFC 2985 §5.4.2, RFC 5280 §4.2.1, X.690 §11.5",
  applies: always,
  check: ({ extensions }) =>
    extensions.flatMap(({ value }) => (value.kind === "malformed" ? value.findings : [])),
};
