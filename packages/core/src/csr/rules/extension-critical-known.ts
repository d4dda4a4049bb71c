// A critical extension that nobody here understands must stop us: that is what critical means.

import { always, type RequestRule } from "./rule.ts";

export const extensionCriticalKnown: RequestRule = {
  name: "extension-critical-known",
  citation: "RFC 5280 §4.2",
  applies: always,
  check: ({ extensions }) =>
    extensions
      .filter(({ critical, value }) => critical && value.kind === "unknown")
      .map(({ oid }) => ({
        code: "csr.extension_critical_unknown",
        detail: `the extension ${oid} is critical and not one this service knows`,
      })),
};
