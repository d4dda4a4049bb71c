// Which rule a finding falls under. Pure: the same rules and the same finding give the same answer in any order.
import type { RevocationReason } from "#core/certificate/certificate.ts";
import type { SecurityFinding } from "./finding.ts";
import type { Rule, RuleMatch } from "./rule.ts";

export type Decision = {
  readonly rule: Rule;
  readonly reason: RevocationReason;
  readonly lineage: boolean;
};

/** `rules` in the order they are tried. Undefined: no rule is for findings of this source, sender or account. */
export function decide(
  rules: readonly Rule[],
  finding: SecurityFinding,
  ownAccount: string,
): Decision | undefined {
  const rule = rules.find(({ match }) => matches(match, finding, ownAccount));
  if (rule === undefined) return undefined;
  return { rule, reason: rule.reason ?? finding.reason, lineage: rule.lineage || finding.lineage };
}

function matches(match: RuleMatch, finding: SecurityFinding, ownAccount: string): boolean {
  const { source, senders, accounts = [ownAccount], types, minimumSeverity } = match;
  return (
    source === finding.source &&
    (senders === undefined || senders.includes(finding.sender)) &&
    (finding.account === undefined || accounts.includes(finding.account)) &&
    (types === undefined || types.some(type => isType(type, finding.type))) &&
    (minimumSeverity === undefined || (finding.severity ?? -1) >= minimumSeverity)
  );
}

function isType(pattern: string, type: string): boolean {
  return pattern.endsWith("*") ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}
