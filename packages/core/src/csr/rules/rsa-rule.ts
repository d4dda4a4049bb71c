// Makes a rule that looks at RSA keys only, and a bound on the keys that are worth arithmetic.

import type { Finding } from "../finding.ts";
import type { RsaKey } from "../request/public-key.ts";
import type { RequestRule } from "./rule.ts";

export const rsaSizes = [2048, 3072, 4096] as const;

/** Longer moduli are refused for their size; factoring attempts on them would only cost time (threat B10). */
const longestExamined = 4096;

export function rsaRule(
  name: string,
  citation: string,
  check: (key: RsaKey) => readonly Finding[],
): RequestRule {
  return {
    name,
    citation,
    applies: ({ key }) => key.kind === "rsa",
    check: ({ key }) => (key.kind === "rsa" ? check(key) : []),
  };
}

/** As `rsaRule`, for a `weakness` that only a modulus of a size in use is searched for. */
export function rsaWeakness(
  name: string,
  citation: string,
  weakness: { readonly finding: Finding; readonly isPresent: (key: RsaKey) => boolean },
): RequestRule {
  return rsaRule(name, citation, key =>
    key.bits <= longestExamined && weakness.isPresent(key) ? [weakness.finding] : [],
  );
}
