// Rules as the API shows them, built in or not.
import type { RecordedRule, Rule } from "#core/automation/rule.ts";
import { isoSeconds } from "#core/event/outgoing.ts";
import type { RuleBody } from "../contract/rule.ts";

export function presentRule(rule: Rule | RecordedRule): RuleBody {
  const { id, order, match, action, selects, lineage, reason, brake } = rule;
  const { senders, accounts, types, ...rest } = match;
  return {
    id,
    builtIn: !("version" in rule),
    order,
    match: {
      ...rest,
      ...(senders === undefined ? {} : { senders: [...senders] }),
      ...(accounts === undefined ? {} : { accounts: [...accounts] }),
      ...(types === undefined ? {} : { types: [...types] }),
    },
    action,
    selects,
    lineage,
    ...(reason === undefined ? {} : { reason }),
    brake: { ...brake },
    ...("version" in rule
      ? { version: rule.version, changedAt: isoSeconds(rule.changedAt), changedBy: rule.changedBy }
      : {}),
  };
}
