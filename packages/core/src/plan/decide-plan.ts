// People decide on a plan: another than its author approves it, anybody who plans may cancel it. Whatever is refused here
// is recorded, with who asked.
import { actorOf, type Caller, requireScope } from "#core/caller.ts";
import { AppError, fail } from "#core/error.ts";
import { mayBecome, type Plan, planStateAt } from "./plan.ts";
import { planAudit } from "./plan-audit.ts";
import type { PlanStore } from "./ports.ts";

export type DecideDeps = { readonly registry: PlanStore; readonly now: () => Date };

export type Decision = { readonly caller: Caller; readonly id: string; readonly requestId: string };

/**
 * Answers the plan as it is then. Who approved it may say so again. Refusals: `caller.forbidden`, `resource.not_found`,
 * `plan.own_approval`, `plan.changed`, `plan.not_counted`, `plan.expired`, `plan.settled`, `registry.busy`.
 */
export async function approvePlan(
  deps: DecideDeps,
  input: Decision & { readonly hash: string },
): Promise<Plan> {
  const { caller, hash, requestId } = input;
  requireScope(caller, "revocations:approve");
  const by = actorOf(caller);
  return decide(deps, input, "plan.approved", (plan, at) => {
    if (plan.author === by) fail("plan.own_approval", { planId: plan.id });
    requireHash(plan, hash);
    if (plan.approval?.by === by) return undefined;
    requireNext(plan, "approved", at);
    return { ...plan, state: "approved", approval: { by, at, requestId } };
  });
}

/** Refusals: as above; what is being applied, or was, cannot be cancelled. */
export async function cancelPlan(deps: DecideDeps, input: Decision): Promise<Plan> {
  const { caller, requestId } = input;
  requireScope(caller, "revocations:plan");
  const by = actorOf(caller);
  return decide(deps, input, "plan.cancelled", ({ counting: _stopped, ...plan }, at) => {
    if (plan.state === "cancelled") return undefined;
    if (plan.state !== "counting") requireNext(plan, "cancelled", at);
    return { ...plan, state: "cancelled", cancellation: { by, at, requestId } };
  });
}

/** The count's checkpoints are minutes apart: nobody loses to them five times in a row. */
const mostAttempts = 5;

/** `next` answers undefined for what has been decided so before, and refuses by failing. */
async function decide(
  deps: DecideDeps,
  { caller, id, requestId }: Decision,
  action: "plan.approved" | "plan.cancelled",
  next: (plan: Plan, at: Date) => Plan | undefined,
): Promise<Plan> {
  const actor = actorOf(caller);
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const plan = await deps.registry.readPlan(id);
    if (plan === undefined) return fail("resource.not_found", { kind: "plan" });
    const at = deps.now();
    const changed = await orRecordRefusal(deps, plan, { asked: action, actor, requestId }, () =>
      next(plan, at),
    );
    if (changed === undefined) return plan;
    const facts = { hash: plan.hash ?? "", because: plan.approvalNeeded.join(" ") };
    const audit = planAudit(plan, { action, actor, requestId, at, facts });
    const saved = await deps.registry.savePlan(changed, { audit });
    if (saved !== undefined) return saved;
  }
  return fail("registry.busy", { retryAfterSeconds: 1 });
}

/** Fails as `work` does, once that is recorded. */
export async function orRecordRefusal<T>(
  { registry, now }: DecideDeps,
  plan: Plan,
  asked: { readonly asked: string; readonly actor: string; readonly requestId: string },
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith("plan.")) {
      const { actor, requestId } = asked;
      const facts = { asked: asked.asked, code: error.code, state: plan.state };
      await registry.recordRefused(
        planAudit(plan, { action: "plan.refused", actor, requestId, at: now(), facts }),
      );
    }
    throw error;
  }
}

export function requireHash(plan: Plan, hash: string): void {
  if (plan.hash === undefined && plan.state === "counting") fail("plan.not_counted", { planId: plan.id });
  if (plan.hash !== hash)
    fail("plan.changed", { planId: plan.id, why: "This is not the hash of the plan; read it again." });
}

export function requireNext(plan: Plan, to: Plan["state"], now: Date): void {
  const state = planStateAt(plan, now);
  if (mayBecome(state, to)) return;
  if (state === "counting") fail("plan.not_counted", { planId: plan.id });
  if (state === "expired") fail("plan.expired", { planId: plan.id });
  if (state === "awaiting_approval") fail("plan.not_approved", { planId: plan.id });
  fail("plan.settled", { planId: plan.id, state });
}
