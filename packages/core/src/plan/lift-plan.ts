// Takes back what a hold, a distrust or a floor has shut: its own orders and nothing else. What was revoked, or is held or
// denied by anybody else, stays so.
import type { AuditRecord } from "#core/audit.ts";
import { actorOf, type Caller, requireScope } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import { jobRequested } from "#core/job/request-job.ts";
import type { Order } from "#core/order/order.ts";
import type { ApplyDeps } from "./apply-ports.ts";
import { auditOf, eventsOf } from "./change-authority.ts";
import type { Plan } from "./plan.ts";
import {
  type AuthorityChange,
  isSlotPart,
  orderFor,
  type PlanWork,
  partsOf,
  type SlotPart,
} from "./plan-work.ts";

export type LiftDeps = { readonly registry: ApplyDeps["registry"]; readonly now: ApplyDeps["now"] };
type By = { readonly actor: string; readonly requestId: string };
type Request = { readonly caller: Caller; readonly id: string; readonly requestId: string };

/** TransactWriteItems takes 100: the checkpoint beside them. */
const ordersAtOnce = 98;
const liftMs = 15_000;

/**
 * Whoever lifts needs as much as it took to apply: where another had to approve, the scope to approve. Refusals:
 * `caller.forbidden`, `resource.not_found`, `plan.not_liftable`, `registry.busy`. A plan that is lifted is answered as it is.
 */
export async function liftPlan(deps: LiftDeps, { caller, id, requestId }: Request): Promise<Plan> {
  requireScope(caller, "revocations:apply");
  const plan = await deps.registry.readPlan(id);
  if (plan === undefined) return fail("resource.not_found", { kind: "plan" });
  if (plan.approval !== undefined) requireScope(caller, "revocations:approve");
  const work = await deps.registry.readWork(plan.id);
  if (plan.action === "revoke") fail("plan.not_liftable", { reason: "a revocation is for ever" });
  if (work === undefined) return fail("plan.not_liftable", { reason: "it is not applied" });
  if (work.step === "record") fail("registry.busy", { retryAfterSeconds: 5 });
  if (work.step !== "stand") return plan;
  const startedAt = deps.now().getTime();
  const lifting = await beginLift(deps, work, { actor: actorOf(caller), requestId });
  if (lifting === undefined) return liftRefused(deps, work);
  if (lifting.step === "lift")
    await liftOrders(deps, lifting, () => deps.now().getTime() - startedAt < liftMs);
  return plan;
}

/** Nobody has touched the work: then the authority's row says something else by now, and somebody has decided anew. */
async function liftRefused(deps: LiftDeps, { planId, version }: PlanWork): Promise<never> {
  const current = await deps.registry.readWork(planId);
  if (current?.version !== version) return fail("registry.busy", { retryAfterSeconds: 1 });
  return fail("plan.not_liftable", { reason: "the authority has been changed since" });
}

/** From here on it is being lifted, whoever does it. Undefined when somebody else has moved the work on. */
export async function beginLift(
  deps: LiftDeps,
  work: PlanWork,
  { actor, requestId }: By,
): Promise<PlanWork | undefined> {
  const at = deps.now();
  const event = jobRequested("advance-plans", { actor, requestId, at });
  const audit = {
    subject: work.planId,
    action: "plan.lifted",
    actor,
    requestId,
    at,
    facts: { action: work.action },
  } as const;
  if (work.authority === undefined) {
    const lifting = { ...work, step: "lift", parts: 0, dueAt: at } as const;
    return deps.registry.saveWork(lifting, { audits: [audit], events: [event] });
  }
  return liftAuthority(deps, work, { ...work.authority, audit, actor, requestId, at });
}

type AuthorityLift = AuthorityChange & By & { readonly audit: AuditRecord; readonly at: Date };

/** What the row says apart from this plan stays: a floor that was raised while the authority was distrusted. */
async function liftAuthority(
  deps: LiftDeps,
  work: PlanWork,
  { id, from, to, audit, at, ...by }: AuthorityLift,
): Promise<PlanWork | undefined> {
  const back = { id, from: to, to: from };
  const authority = (await deps.registry.listAuthorities()).find(candidate => candidate.id === id);
  return deps.registry.saveWork(
    { ...work, step: "done", liftedAt: at, dueAt: undefined },
    {
      authority: back,
      audits: [audit, auditOf(back, { ...work, ...by }, at)],
      events: authority === undefined ? [] : eventsOf(authority, back, by.actor, at),
    },
  );
}

/** Until all are lifted or `mayGoOn` says no. Undefined when somebody else is at it. */
export async function liftOrders(
  deps: LiftDeps,
  begun: PlanWork,
  mayGoOn: () => boolean,
): Promise<PlanWork | undefined> {
  const parts = partsOf(await deps.registry.readSelection(begun.planId)).filter(isSlotPart);
  let work: PlanWork | undefined = begun;
  while (work?.step === "lift" && mayGoOn()) work = await liftSome(deps, work, parts);
  return work;
}

async function liftSome(
  deps: LiftDeps,
  work: PlanWork,
  all: readonly SlotPart[],
): Promise<PlanWork | undefined> {
  const some = all.slice(work.parts, work.parts + ordersAtOnce);
  const parts = work.parts + some.length;
  const at = deps.now();
  const orders = await Promise.all(some.map(async part => lifted(await orderFor(work, part), at)));
  const next = { ...work, parts };
  return parts === all.length
    ? deps.registry.saveWork({ ...next, step: "done", liftedAt: at, dueAt: undefined }, { orders })
    : deps.registry.saveWork(next, { orders });
}

/** `at` is when the edge begins to owe it: the publisher's lag is measured from there. */
function lifted(order: Order, at: Date): Order {
  return { ...order, state: "lifted", at };
}
