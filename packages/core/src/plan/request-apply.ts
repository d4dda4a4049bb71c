// The last look before a plan is applied: it is the one that was seen, it is approved, in time, and still means the same.
import { actorOf, type Caller, requireScope } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import { countAdded } from "./check-unchanged.ts";
import { orRecordRefusal, requireHash, requireNext } from "./decide-plan.ts";
import type { Plan } from "./plan.ts";
import { planHash } from "./plan-hash.ts";
import type { PlanRegistry } from "./ports.ts";
import type { Selection } from "./selection.ts";

export type RequestApplyDeps = {
  readonly registry: PlanRegistry;
  readonly now: () => Date;
  /** Carries out a plan that has passed: `apply.ts`. */
  readonly apply: (plan: Plan, actor: string, requestId: string) => Promise<Plan>;
};

export type RequestApply = {
  readonly caller: Caller;
  readonly id: string;
  readonly hash: string;
  /** Apply what was counted, although more certificates fit the selector by now. Not for lots: they are whole. */
  readonly leaveOutNew: boolean;
  readonly requestId: string;
};

/**
 * Answers the plan as it is then; one that is applied already, as it is. Refusals: `caller.forbidden`,
 * `resource.not_found`, `plan.not_counted`, `plan.not_approved`, `plan.expired`, `plan.changed`, `plan.settled`.
 */
export async function requestApply(deps: RequestApplyDeps, input: RequestApply): Promise<Plan> {
  const { caller, requestId } = input;
  requireScope(caller, "revocations:apply");
  const plan = await deps.registry.readPlan(input.id);
  if (plan === undefined) return fail("resource.not_found", { kind: "plan" });
  const actor = actorOf(caller);
  const asked = { asked: "plan.applied", actor, requestId };
  const selection = await orRecordRefusal(deps, plan, asked, () => check(deps, plan, input));
  if (selection === undefined) return plan;
  await deps.registry.keepSelection(plan, selection);
  return deps.apply(plan, actor, requestId);
}

/** What is to be applied; undefined for a plan that is being applied, or was. */
async function check(
  { registry, now }: RequestApplyDeps,
  plan: Plan,
  { hash, leaveOutNew }: RequestApply,
): Promise<Selection | undefined> {
  requireHash(plan, hash);
  if (plan.state === "applying" || plan.state === "applied") return undefined;
  requireNext(plan, "applying", now());
  const selection = await registry.readSelection(plan.id);
  if ((await planHash(plan, selection)) !== hash)
    fail("plan.changed", {
      planId: plan.id,
      why: "What the plan names is not what was counted; make a new one.",
    });
  if (leaveOutNew && plan.selector.kind !== "lots") return selection;
  const added = await countAdded(registry, plan, selection, now());
  if (added > 0) {
    fail("plan.changed", {
      planId: plan.id,
      why: `At least ${added} more certificates fit the selector than were counted; make a new plan.`,
    });
  }
  return selection;
}
