// One turn of a plan whose count was left: the job's.
import { startJob } from "#core/job/request-job.ts";
import { type CountTurn, countPlan, takeOverMs } from "./count-plan.ts";
import { type CountingPlan, isCounting, type Plan, planStateAt } from "./plan.ts";
import { planAudit } from "./plan-audit.ts";
import type { PlanDeps } from "./ports.ts";

const actor = "job:count-plans";

/** The plan as it is then. What is left starts the job again, so that a large plan does not wait for the clock. */
export async function continueCounting(deps: PlanDeps, due: CountingPlan, turn: CountTurn): Promise<Plan> {
  const { requestId } = turn;
  const at = deps.now();
  if (planStateAt(due, at) === "expired") return giveUp(deps, due, requestId, at);
  // Taken: nobody else begins with it while this run lives.
  const dueAt = new Date(at.getTime() + takeOverMs);
  const taken = await deps.registry.savePlan({ ...due, counting: { ...due.counting, dueAt } }, {});
  if (taken === undefined || !isCounting(taken)) return taken ?? due;
  const counted = await countPlan(deps, taken, turn);
  if (isCounting(counted)) await startJob(deps, "count-plans", { actor, requestId });
  return counted;
}

async function giveUp(deps: PlanDeps, due: CountingPlan, requestId: string, at: Date): Promise<Plan> {
  const { counting: _stopped, ...plan } = due;
  const expired: Plan = { ...plan, state: "expired" };
  const audit = planAudit(plan, { action: "plan.expired", actor, requestId, at, facts: {} });
  return (await deps.registry.savePlan(expired, { audit })) ?? due;
}
