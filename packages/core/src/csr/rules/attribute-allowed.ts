// An allow list of attributes. Another carrier of extensions that only one parser knows would bypass every name rule.

import { challengePassword, extensionRequest } from "../request/attribute.ts";
import { always, type RequestRule } from "./rule.ts";

const allowed: readonly string[] = [
  extensionRequest,
  challengePassword,
  "1.2.840.113549.1.9.2", // unstructuredName
  "1.3.6.1.4.1.311.13.2.2", // Windows puts its provider, version and client into every request.
  "1.3.6.1.4.1.311.13.2.3",
  "1.3.6.1.4.1.311.21.20",
];

export const attributeAllowed: RequestRule = {
  name: "attribute-allowed",
  citation: "RFC 2985 §5.4; threat B9",
  applies: always,
  check: ({ attributes }) =>
    attributes
      .filter(attribute => !allowed.includes(attribute.oid))
      .map(({ oid }) => ({
        code: "csr.attribute_unsupported",
        detail: `the attribute ${oid} is not accepted`,
      })),
};
