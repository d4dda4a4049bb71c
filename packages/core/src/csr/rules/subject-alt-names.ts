// Alternative names of a known kind, in plain text of that kind, and not more than the CA takes.

import type { GeneralNameKind } from "../csr.ts";
import { excerpt } from "../excerpt.ts";
import type { Finding } from "../finding.ts";
import type { GeneralName } from "../request/general-name.ts";
import type { RequestRule } from "./rule.ts";

/** AWS Private CA, ApiPassthrough: at most 150 SubjectAlternativeNames. */
const most = 150;

const shapes = {
  dns: /^(?=.{1,253}$)(?:\*\.)?(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*$/,
  uri: /^(?=.{1,2048}$)[A-Za-z][A-Za-z0-9+.-]*:[!#-;=?-[\]_a-z~]+$/,
  email: /^(?=.{1,254}$)[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+$/,
  ip: /./,
  registeredId: /./,
} satisfies Record<GeneralNameKind, RegExp>;

export const subjectAltNames: RequestRule = {
  name: "subject-alt-names",
  citation: "RFC 5280 §4.2.1.6; threats B1, L1",
  applies: ({ extensions }) => extensions.some(({ value }) => value.kind === "subjectAltName"),
  check: ({ extensions }) => {
    const names = extensions.flatMap(({ value }) => (value.kind === "subjectAltName" ? value.names : []));
    const tooMany: Finding = {
      code: "san.too_many",
      detail: `${names.length} alternative names, at most ${most}`,
    };
    return [...(names.length > most ? [tooMany] : []), ...names.flatMap(checkName)];
  },
};

function checkName(name: GeneralName): readonly Finding[] {
  if (name.kind === "unsupported")
    return [
      { code: "san.kind_unsupported", detail: `an alternative name is ${name.type}, which is not accepted` },
    ];
  if (shapes[name.kind].test(name.value)) return [];
  return [
    { code: "san.value_malformed", detail: `${excerpt(name.value)} is not a ${name.kind} alternative name` },
  ];
}
