// Rules: what is done about a finding, without asking anybody, and how much of it. Data that operators change.
import type { RevocationReason } from "#core/certificate/certificate.ts";
import type { FindingSource } from "./finding.ts";

export const ruleActions = ["revoke", "hold", "ignore"] as const;
export type RuleAction = (typeof ruleActions)[number];

/** What is taken of what a finding names: just that, or all of the same holder, with the same key, or in the same lot. */
export const ruleScopes = ["named", "holder", "key", "lot"] as const;
export type RuleScope = (typeof ruleScopes)[number];

/** All conditions that are given must hold. */
export type RuleMatch = {
  readonly source: FindingSource;
  readonly senders?: readonly string[];
  /** Absent: the account that edgecert runs in, and no other (threat F9). */
  readonly accounts?: readonly string[];
  /** Whole names, or beginnings of names that end in `*`. */
  readonly types?: readonly string[];
  readonly minimumSeverity?: number;
};

/** At most so many certificates within any 60 minutes, by this rule. Beyond it nothing is done: a plan waits for a person. */
export type Brake = {
  /** Of one tenant. */
  readonly certificates: number;
  /** Of one tenant's certificates, the smaller of the two counting. Absent: no share. */
  readonly percent?: number;
  /** A share of a small tenant is no less than this. */
  readonly atLeast: number;
  /** Of all tenants together. */
  readonly acrossTenants: number;
};

export type Rule = {
  readonly id: string;
  /** The first rule that matches decides; lower is earlier, and rules of one order go by id. */
  readonly order: number;
  readonly match: RuleMatch;
  readonly action: RuleAction;
  readonly selects: RuleScope;
  /** Successors go too, whether or not the finding asks for it. */
  readonly lineage: boolean;
  /** Instead of the finding's own. */
  readonly reason?: RevocationReason;
  readonly brake: Brake;
};

/** A rule of an operator's; one with the id of a built-in rule takes its place. */
export type RecordedRule = Rule & {
  /** Counts from 1; every change expects the one before. */
  readonly version: number;
  readonly changedAt: Date;
  readonly changedBy: string;
};

export const usualBrake: Brake = { certificates: 100, percent: 10, atLeast: 10, acrossTenants: 500 };

const builtIn = { order: 10_000, selects: "named", lineage: false, brake: usualBrake } as const;

// Somebody who reports to us has judged already. What AWS's services find, they find by themselves: reversible.
export const builtInRules = [
  { ...builtIn, id: "device-defender", match: { source: "device-defender" }, action: "hold" },
  { ...builtIn, id: "guardduty", match: { source: "guardduty" }, action: "hold" },
  { ...builtIn, id: "reports", match: { source: "report" }, action: "revoke" },
  { ...builtIn, id: "webhooks", match: { source: "webhook" }, action: "hold" },
] as const satisfies readonly Rule[];

/** All rules in the order they are tried. */
export function rulesInForce(recorded: readonly RecordedRule[]): readonly (Rule | RecordedRule)[] {
  const replaced = new Set(recorded.map(({ id }) => id));
  return [...recorded, ...builtInRules.filter(({ id }) => !replaced.has(id))].sort(
    (a, b) => a.order - b.order || (a.id < b.id ? -1 : 1),
  );
}
