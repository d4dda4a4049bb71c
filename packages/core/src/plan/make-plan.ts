// Makes a plan and counts it as far as the call's time goes; the job `count-plans` does the rest. Making a plan refuses
// nobody anything: it is the dry run.
import { fail } from "#core/error.ts";
import { startJob } from "#core/job/request-job.ts";
import { sha256Fields } from "#core/sha256.ts";
import { countPlan, takeOverMs } from "./count-plan.ts";
import { emptyTally } from "./counts.ts";
import {
  isCounting,
  newPlanId,
  type Plan,
  type PlanId,
  type PlanOrder,
  planIdOf,
  planLifeMs,
} from "./plan.ts";
import { planAudit } from "./plan-audit.ts";
import type { PlanDeps } from "./ports.ts";
import { checkSelector } from "./select-rows.ts";
import { selectorText } from "./selector.ts";

export type NewPlan = {
  readonly order: PlanOrder;
  /** `<kind>:<id>`. */
  readonly author: string;
  /** The same key is the same plan; it is the author's own. Left out: each call makes a new one. */
  readonly key?: string | undefined;
  /** Why a person has to approve it beyond the limits of every plan, as sentences. */
  readonly because?: readonly string[];
  readonly requestId: string;
};

/**
 * Refusals: `resource.not_found` when the selector names nothing, `idempotency.conflict`, `registry.busy`. May be
 * repeated with the same key, whatever died before.
 */
export async function makePlan(deps: PlanDeps, input: NewPlan, mayGoOn: () => boolean): Promise<Plan> {
  const { author, requestId } = input;
  await checkSelector(deps.registry, input.order);
  const plan = await insert(deps, input);
  if (!isCounting(plan)) return plan;
  const counted = await countPlan(deps, plan, { requestId, mayGoOn });
  if (isCounting(counted)) await startJob(deps, "count-plans", { actor: author, requestId });
  return counted;
}

async function insert(deps: PlanDeps, input: NewPlan): Promise<Plan> {
  const { order, author, key, requestId } = input;
  const createdAt = deps.now();
  const plan: Plan = {
    ...order,
    id: await idFor(author, key),
    version: 1,
    requestSha256: await digestOf(order),
    author,
    createdAt,
    expiresAt: new Date(createdAt.getTime() + planLifeMs),
    state: "counting",
    counting: {
      tally: emptyTally(),
      place: undefined,
      dueAt: new Date(createdAt.getTime() + takeOverMs),
    },
    approvalNeeded: input.because ?? [],
  };
  const facts = { ...factsOf(order), expiresAt: plan.expiresAt.toISOString() };
  const record = { action: "plan.created", actor: author, requestId, at: createdAt, facts } as const;
  const standing = await deps.registry.insertPlan(plan, planAudit(plan, record));
  if (standing === undefined) return plan;
  if (standing.requestSha256 !== plan.requestSha256) fail("idempotency.conflict", { belongsTo: standing.id });
  return standing;
}

async function idFor(author: string, key: string | undefined): Promise<PlanId> {
  return key === undefined ? newPlanId() : planIdOf(await sha256Fields("plan", author, key));
}

function digestOf(order: PlanOrder): Promise<string> {
  return sha256Fields(...Object.entries(factsOf(order)).flat());
}

/** What was asked for and why, as texts in one order. */
function factsOf(order: PlanOrder): Readonly<Record<string, string>> {
  const { action, selector, lineage, reason, note, ticket, until, floorAt, sourceEvent } = order;
  return {
    action,
    certificates: selectorText(selector),
    reason,
    ...(lineage ? { lineage: "true" } : {}),
    ...(note === undefined ? {} : { note }),
    ...(ticket === undefined ? {} : { ticket }),
    ...(until === undefined ? {} : { until: until.toISOString() }),
    ...(floorAt === undefined ? {} : { floorAt: floorAt.toISOString() }),
    ...(sourceEvent === undefined ? {} : { sourceEvent }),
  };
}
