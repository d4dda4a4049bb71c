// Characters that make a name look like another one, break a log line, or cut a C string short.

import { excerpt } from "../excerpt.ts";
import { shortNameOf } from "../request/subject-name.ts";
import { always, type RequestRule } from "./rule.ts";

// Controls, bidi and other format characters, surrogates, private use and unassigned (C); line and paragraph
// separators (Zl, Zp); everything drawn with no width (Default_Ignorable_Code_Point); blanks other than the space.
const forbidden = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/u;

export const subjectCharacters: RequestRule = {
  name: "subject-characters",
  citation: "Unicode TR 36 §3, TR 39 §3; threats B1, L1",
  applies: always,
  check: ({ subject }) =>
    subject
      .flat()
      .filter(({ value }) => value !== undefined && forbidden.test(value))
      .map(attribute => ({
        code: "subject.character_forbidden",
        detail: `${shortNameOf(attribute)} holds a control, invisible or direction character: ${excerpt(attribute.value ?? "")}`,
      })),
};
