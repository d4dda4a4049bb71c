// The value is a PKCS #10 request, and not a certificate, a key or anything else that fits under the label.

import type { DerRule } from "./rule.ts";

export const derIsRequest: DerRule = {
  name: "der-is-request",
  citation: "RFC 2986 §4; threat B7",
  applies: ({ request }) => request?.kind === "other",
  check: ({ request }) =>
    request?.kind === "other"
      ? [{ code: "csr.not_a_request", detail: `the block is no PKCS #10 request: ${request.reason}` }]
      : [],
};
