// Who may enter this distribution, of those whose certificate is good. No regular expressions: an operator's pattern
// must not be able to mean more than it says, nor to take longer.

import type { AuthorityRecord } from "#core/slot-page/authority-record.ts";
import type { EdgeConfiguration, IdentityRule } from "./configuration.ts";
import type { Subject } from "./subject.ts";

export function mayEnter(
  identities: EdgeConfiguration["identities"],
  authority: AuthorityRecord,
  subject: Subject | undefined,
): boolean {
  if (identities === "any") return true;
  return subject !== undefined && identities.some(rule => admits(rule, authority, subject));
}

function admits(rule: IdentityRule, authority: AuthorityRecord, subject: Subject): boolean {
  const speaksFor =
    rule.authority === undefined ? authority.layout === "slots" : rule.authority === authority.id;
  if (!speaksFor) return false;
  if (rule.tenant !== undefined && rule.tenant !== subject.tenant) return false;
  return rule.holder === undefined || matchesPattern(rule.holder, subject.holder);
}

/** `*` stands for any text, also none; every other character for itself. Nothing matches an empty name. */
function matchesPattern(pattern: string, name: string): boolean {
  const pieces = pattern.split("*");
  const first = pieces.shift() || "";
  const last = pieces.pop();
  if (last === undefined) return name !== "" && name === first;
  if (name.indexOf(first) !== 0 || name === "") return false;
  let at = first.length;
  const inOrder = pieces.every(piece => {
    const found = name.indexOf(piece, at);
    at = found + piece.length;
    return found >= 0;
  });
  return inOrder && name.length - last.length >= at && name.endsWith(last);
}
