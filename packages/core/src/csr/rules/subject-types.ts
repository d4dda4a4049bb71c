// Subject attributes from a short list, each in a relative name of its own, and only OU and DC more than once.

import type { Finding } from "../finding.ts";
import { repeated } from "../repeated.ts";
import { nameTypes, shortNameOf } from "../request/subject-name.ts";
import { always, type RequestRule } from "./rule.ts";

export const subjectTypes: RequestRule = {
  name: "subject-types",
  citation: "RFC 5280 §4.1.2.4; threat B1: a second CN, a multi-valued RDN",
  applies: always,
  check: ({ subject }) => {
    const attributes = subject.flat();
    const singles = attributes.filter(({ oid }) => nameTypes.get(oid)?.repeats !== true);
    return [
      ...attributes
        .filter(({ oid }) => !nameTypes.has(oid))
        .map(({ oid }) =>
          finding("subject.attribute_unsupported", `the subject attribute ${oid} is not accepted`),
        ),
      ...repeated(singles.map(shortNameOf)).map(type =>
        finding("subject.attribute_duplicate", `the subject has more than one ${type}`),
      ),
      ...subject
        .filter(relativeName => relativeName.length > 1)
        .map(({ length }) => finding("subject.multi_valued_rdn", `${length} attributes share one RDN`)),
    ];
  },
};

function finding(code: Finding["code"], detail: string): Finding {
  return { code, detail };
}
