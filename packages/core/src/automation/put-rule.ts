// Records an operator's rule, and takes one back. It counts for findings that come from then on.
import * as z from "zod";
import { actorOf, type Caller, requireScope } from "#core/caller.ts";
import { revocationReasons } from "#core/certificate/certificate.ts";
import { fail } from "#core/error.ts";
import { findingSources } from "./finding.ts";
import type { RuleRegistry } from "./ports.ts";
import { builtInRules, type RecordedRule, ruleActions, ruleScopes, usualBrake } from "./rule.ts";

/** Rules of one installation; each finding reads them all. */
const mostRules = 100;
const mostCertificates = 1_000_000;

const names = z.array(z.string().min(1).max(256)).min(1).max(32);

const matchSchema = z.strictObject({
  source: z.enum(findingSources),
  /** Of reports, the events' own source; of webhooks, the sender's id. */
  senders: names.optional(),
  /** Left out: edgecert's own account alone. */
  accounts: z
    .array(z.string().regex(/^\d{12}$/, "12 digits"))
    .min(1)
    .max(32)
    .optional(),
  /** Whole names, or beginnings of names that end in `*`. */
  types: names.optional(),
  minimumSeverity: z.number().min(0).max(10).optional(),
});

const count = z.int().min(0).max(mostCertificates);

const brakeSchema = z.strictObject({
  certificates: count.default(usualBrake.certificates),
  /** Left out: no share of the tenant's certificates limits it. */
  percent: z.int().min(1).max(100).optional(),
  atLeast: count.default(usualBrake.atLeast),
  acrossTenants: count.default(usualBrake.acrossTenants),
});

export const ruleDefinitionSchema = z.strictObject({
  /** The version that this one replaces; left out for a new rule, and for the first one in a built-in rule's place. */
  version: z.int().min(1).optional(),
  order: z.int().min(1).max(9_999).default(1_000),
  match: matchSchema,
  action: z.enum(ruleActions),
  selects: z.enum(ruleScopes).default("named"),
  lineage: z.boolean().default(false),
  reason: z.enum(revocationReasons).optional(),
  brake: brakeSchema.default({ ...usualBrake }),
});

export type RuleDefinition = z.infer<typeof ruleDefinitionSchema>;

export type PutRuleDeps = { readonly rules: RuleRegistry; readonly now: () => Date };

type Change = { readonly caller: Caller; readonly id: string; readonly requestId: string };

/** Refuses with `caller.forbidden`, `request.malformed` when there are too many, and `resource.changed`. */
export async function putRule(
  deps: PutRuleDeps,
  { caller, id, requestId, definition }: Change & { readonly definition: RuleDefinition },
): Promise<RecordedRule> {
  requireScope(caller, "revocations:approve");
  const { version: replaced = 0, ...rest } = definition;
  if (replaced === 0) await refuseTooMany(deps);
  const rule: RecordedRule = {
    ...withoutUndefined(rest),
    id,
    version: replaced + 1,
    changedAt: deps.now(),
    changedBy: actorOf(caller),
  };
  const inTheWay = await deps.rules.recordRule(rule, {
    subject: `rule:${id}`,
    action: "rule.recorded",
    actor: rule.changedBy,
    requestId,
    at: rule.changedAt,
    facts: { version: String(rule.version), rule: JSON.stringify(rest) },
  });
  if (inTheWay !== undefined) fail("resource.changed", { version: inTheWay });
  return rule;
}

/** A built-in rule is in force again. Answers what is gone; refuses with `resource.not_found` and `resource.changed`. */
export async function deleteRule(
  deps: PutRuleDeps,
  { caller, id, requestId }: Change,
): Promise<RecordedRule> {
  requireScope(caller, "revocations:approve");
  const rule = (await deps.rules.listRules()).find(each => each.id === id);
  if (rule === undefined) return fail("resource.not_found", { kind: "rule" });
  const inTheWay = await deps.rules.deleteRule(id, rule.version, {
    subject: `rule:${id}`,
    action: "rule.removed",
    actor: actorOf(caller),
    requestId,
    at: deps.now(),
    facts: { version: String(rule.version) },
  });
  if (inTheWay !== undefined) fail("resource.changed", { version: inTheWay });
  return rule;
}

async function refuseTooMany({ rules }: PutRuleDeps): Promise<void> {
  const recorded = await rules.listRules();
  if (recorded.length < mostRules - builtInRules.length) return;
  const detail = `there are ${recorded.length} rules; one has to go first`;
  fail("request.malformed", { findings: [{ code: "rule.too_many", detail, pointer: "" }] });
}

/** Members that were left out are absent, as the rule's type has it. */
function withoutUndefined({ match, brake, reason, ...rest }: Omit<RuleDefinition, "version">) {
  const { senders, accounts, types, minimumSeverity, source } = match;
  const { percent, ...caps } = brake;
  return {
    ...rest,
    ...(reason === undefined ? {} : { reason }),
    match: {
      source,
      ...(senders === undefined ? {} : { senders }),
      ...(accounts === undefined ? {} : { accounts }),
      ...(types === undefined ? {} : { types }),
      ...(minimumSeverity === undefined ? {} : { minimumSeverity }),
    },
    brake: { ...caps, ...(percent === undefined ? {} : { percent }) },
  };
}
