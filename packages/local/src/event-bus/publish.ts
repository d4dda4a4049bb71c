// From an event to its deliveries: matches it against the enabled rules of its bus and stores one delivery for each
// target, all of a call in one transaction, before anybody is told that the event was accepted.
import type { DatabaseSync } from "node:sqlite";
import { inTransaction } from "../wire/database.ts";
import type { DeliveryQueue } from "./delivery/queue.ts";
import type { EventEnvelope } from "./envelope.ts";
import { type Account, ruleArn } from "./names.ts";
import { compilePattern, type EventPattern, matchesPattern } from "./pattern.ts";
import type { Rule, RuleBook } from "./rule-book.ts";

export type Publication = { readonly bus: string; readonly event: EventEnvelope };

export type PublisherDeps = {
  readonly database: DatabaseSync;
  readonly account: Account;
  readonly book: RuleBook;
  readonly queue: DeliveryQueue;
  /** Told once the deliveries are stored. */
  readonly onStored: () => void;
};

export function publisher({ database, account, book, queue, onStored }: PublisherDeps) {
  const patternOf = patternCache();
  const store = ({ bus, event }: Publication): void => {
    for (const rule of book.rules(bus)) {
      if (rule.state === "DISABLED" || !matchesPattern(patternOf(rule), event)) continue;
      for (const target of book.targets(rule))
        queue.add({ ruleArn: ruleArn(account, bus, rule.name), target, event });
    }
  };
  return (publications: readonly Publication[]): void => {
    inTransaction(database, () => publications.forEach(store));
    onStored();
  };
}

function patternCache(): (rule: Rule) => EventPattern {
  const compiled = new Map<string, EventPattern>();
  return ({ pattern }) => {
    const known = compiled.get(pattern) ?? compilePattern(pattern);
    compiled.set(pattern, known);
    return known;
  };
}
