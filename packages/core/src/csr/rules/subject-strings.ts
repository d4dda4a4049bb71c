// Subject values are UTF8String, PrintableString or IA5String, and as long as their type allows.

import { universal } from "../der/element.ts";
import type { Finding } from "../finding.ts";
import { type NameAttribute, nameTypes, shortNameOf } from "../request/subject-name.ts";
import { always, type RequestRule } from "./rule.ts";

// TeletexString, BMPString and UniversalString have readings that differ between parsers (threat B1).
const stringTypes: readonly number[] = [universal.utf8String, universal.printableString, universal.ia5String];

export const subjectStrings: RequestRule = {
  name: "subject-strings",
  citation: "RFC 5280 §4.1.2.4 and appendix A.1 (upper bounds)",
  applies: always,
  check: ({ subject }) => subject.flat().flatMap(checkString),
};

function checkString(attribute: NameAttribute): readonly Finding[] {
  const type = shortNameOf(attribute);
  if (!stringTypes.includes(attribute.stringType) || attribute.value === undefined)
    return [
      { code: "subject.string_type", detail: `${type} is not a UTF8String, PrintableString or IA5String` },
    ];
  const length = [...attribute.value].length;
  const longest = nameTypes.get(attribute.oid)?.longest ?? 64;
  return length >= 1 && length <= longest
    ? []
    : [{ code: "subject.value_length", detail: `${type} has ${length} characters, not 1 to ${longest}` }];
}
