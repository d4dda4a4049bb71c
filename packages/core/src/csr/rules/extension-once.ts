// Each extension once: a second subjectAltName is read by one parser and ignored by another.

import { repeated } from "../repeated.ts";
import { always, type RequestRule } from "./rule.ts";

export const extensionOnce: RequestRule = {
  name: "extension-once",
  citation: "RFC 5280 §4.2: not more than one instance; threat B9",
  applies: always,
  check: ({ extensions }) =>
    repeated(extensions.map(extension => extension.oid).filter(oid => oid !== "")).map(oid => ({
      code: "csr.extension_duplicate",
      detail: `the extension ${oid} occurs more than once`,
    })),
};
