// Carries out a plan. What it names is written as orders, a hundred a transaction, each with the checkpoint that says so;
// the table's stream takes them to the edge. A crash at any line leaves what the job `advance-plans` goes on from.
import { fail } from "#core/error.ts";
import type { ApplyDeps } from "./apply-ports.ts";
import type { Plan } from "./plan.ts";
import type { PlanWork } from "./plan-work.ts";
import { recordPlan } from "./record-plan.ts";

/** Well inside the gateway's 30 s: some 20,000 orders. What is left then, the job writes. */
const recordMs = 15_000;
/** If this process dies, the job takes over no sooner: two at once would only get in each other's way. */
const takeOverMs = 45_000;

/**
 * `plan`: ready or approved, its hash and its selection checked. Answers it as it is then: `applied`, or still `applying`
 * where it is large; one that is being applied already is answered as it is. Refusals: `resource.changed`, `registry.busy`.
 */
export async function applyPlan(
  deps: ApplyDeps,
  plan: Plan,
  actor: string,
  requestId: string,
): Promise<Plan> {
  const at = deps.now();
  const work = newWork(plan, { actor, requestId, at });
  // 1 From here on the plan is carried out, whoever does it.
  const isBegun = await deps.registry.beginWork(plan, work, {
    subject: plan.id,
    action: "plan.applied",
    actor,
    requestId,
    at,
    facts: { action: plan.action, reason: plan.reason, hash: plan.hash ?? "", ...factsOf(plan) },
  });
  // 2 Orders; the last of them comes with the plan's end.
  if (isBegun) await recordPlan(deps, work, () => deps.now().getTime() - at.getTime() < recordMs);
  const current = await deps.registry.readPlan(plan.id);
  if (current === undefined) return fail("resource.not_found", { kind: "plan" });
  // Somebody else applies it: that is what was asked for. Anything else has changed it.
  if (!isBegun && current.state !== "applying" && current.state !== "applied")
    fail("resource.changed", { version: current.version });
  return current;
}

function newWork(plan: Plan, by: Pick<PlanWork, "actor" | "requestId" | "at">): PlanWork {
  return {
    planId: plan.id,
    action: plan.action,
    reason: plan.reason,
    ...(plan.note === undefined ? {} : { note: plan.note }),
    ...by,
    ...(plan.until === undefined ? {} : { until: plan.until }),
    step: "record",
    parts: 0,
    orders: 0,
    keys: 0,
    certificates: plan.counts?.certificates ?? 0,
    followed: 0,
    dueAt: new Date(by.at.getTime() + takeOverMs),
    version: 1,
  };
}

function factsOf({ note, ticket, sourceEvent, counts }: Plan): Readonly<Record<string, string>> {
  return {
    ...(counts === undefined ? {} : { certificates: String(counts.certificates) }),
    ...(note === undefined ? {} : { note }),
    ...(ticket === undefined ? {} : { ticket }),
    ...(sourceEvent === undefined ? {} : { sourceEvent }),
  };
}
