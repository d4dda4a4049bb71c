// Version v1, which is the number 0.

import { toHex } from "../bytes.ts";
import { excerpt } from "../excerpt.ts";
import { always, type RequestRule } from "./rule.ts";

export const requestVersion: RequestRule = {
  name: "request-version",
  citation: "RFC 2986 §4.1: version v1(0)",
  applies: always,
  // Some libraries write 2 or 1, as for certificates. Parsers differ on it, so the policy is: fix the client.
  check: ({ version }) =>
    toHex(version) === "00"
      ? []
      : [
          {
            code: "csr.version_unsupported",
            detail: `the version is ${excerpt(toHex(version))} (hex); v1 is the number 0`,
          },
        ],
};
