// What the job does for one plan that is applied, as far as one run's time goes: first what somebody waits for, then what
// follows in the background, so that a large plan's rows hold up no other plan's word.
import type { AdvanceDeps } from "./apply-ports.ts";
import { confirm, effectiveAt } from "./confirm.ts";
import { type FollowRun, followPlan } from "./follow-plan.ts";
import { beginLift, liftOrders } from "./lift-plan.ts";
import type { PlanWork } from "./plan-work.ts";
import { recordPlan } from "./record-plan.ts";

export type AdvanceRun = FollowRun & { readonly requestId: string };

export type AdvanceResult = {
  readonly revoked: number;
  /** `waiting`: for a moment that is known. `stopped`: time ran out. `overtaken`: another run is at it. */
  readonly outcome: "finished" | "waiting" | "stopped" | "overtaken";
};

const job = "job:advance-plans";
/** When the edge store does not hold it yet, the next scheduled run looks again. */
const lookAgainMs = 30_000;

/**
 * What is left of its orders is recorded or lifted, and the edge is asked for them. Answers the work as it is then;
 * undefined when another run is at it. Refuses with `edge_store.unavailable` and `registry.busy`; repeating is safe.
 */
export async function settlePlan(
  deps: AdvanceDeps,
  due: PlanWork,
  run: AdvanceRun,
): Promise<PlanWork | undefined> {
  const work = due.step === "record" ? await recordPlan(deps, due, run.mayGoOn) : due;
  switch (work?.step) {
    case "lift":
      return liftOrders(deps, work, run.mayGoOn);
    case "follow":
      return confirm(deps, work);
    case "stand": {
      const confirmed = await confirm(deps, work);
      return confirmed === undefined ? undefined : stand(deps, confirmed, run);
    }
    default:
      return work;
  }
}

/** `settled`: by `settlePlan`. Safe to repeat, too. */
export async function advancePlan(
  deps: AdvanceDeps,
  settled: PlanWork | undefined,
  run: AdvanceRun,
): Promise<AdvanceResult> {
  if (settled?.step !== "follow") return { revoked: 0, outcome: outcomeOf(settled) };
  const { work, revoked, isStopped } = await followPlan(deps, settled, run);
  return { revoked, outcome: isStopped ? "stopped" : outcomeOf(work) };
}

/** Until it is lifted, by somebody or by the end that it was given. */
async function stand(deps: AdvanceDeps, work: PlanWork, run: AdvanceRun): Promise<PlanWork | undefined> {
  const now = deps.now();
  if (work.until !== undefined && work.until <= now) {
    const lifting = await beginLift(deps, work, { actor: job, requestId: run.requestId });
    return lifting === undefined ? undefined : liftOrders(deps, lifting, run.mayGoOn);
  }
  return deps.registry.saveWork({ ...work, dueAt: nextLook(work, now) }, {});
}

function nextLook(work: PlanWork, now: Date): Date | undefined {
  const unsettledAt = effectiveAt(work) ?? new Date(now.getTime() + lookAgainMs);
  const moments = [
    ...(work.effectiveAt === undefined ? [unsettledAt] : []),
    ...(work.until === undefined ? [] : [work.until]),
  ];
  return moments.sort((a, b) => a.getTime() - b.getTime())[0];
}

function outcomeOf(work: PlanWork | undefined): AdvanceResult["outcome"] {
  if (work === undefined) return "overtaken";
  if (work.step === "done") return "finished";
  return work.step === "record" || work.step === "lift" ? "stopped" : "waiting";
}
