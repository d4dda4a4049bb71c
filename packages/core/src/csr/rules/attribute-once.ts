// Each attribute once, in DER order, with one value: with two, parsers take the first, the last, or both.

import { isSortedSet } from "../der/set-order.ts";
import type { Finding } from "../finding.ts";
import { repeated } from "../repeated.ts";
import { always, type RequestRule } from "./rule.ts";

export const attributeOnce: RequestRule = {
  name: "attribute-once",
  citation: "RFC 2986 §4.1 (a SET), RFC 2985 §5.4 (SINGLE VALUE), X.690 §11.6; threat B9",
  applies: always,
  check: ({ attributes, attributeElements }) => [
    ...repeated(attributes.map(attribute => attribute.oid)).map(
      (oid): Finding => ({
        code: "csr.attribute_duplicate",
        detail: `the attribute ${oid} occurs more than once`,
      }),
    ),
    ...attributes
      .filter(attribute => attribute.values.length !== 1)
      .map(
        ({ oid, values }): Finding => ({
          code: "csr.attribute_not_single",
          detail: `the attribute ${oid} has ${values.length} values, not one`,
        }),
      ),
    ...(isSortedSet(attributeElements)
      ? []
      : [
          {
            code: "der.set_not_sorted",
            detail: "the attributes are not in ascending order",
          } satisfies Finding,
        ]),
  ],
};
