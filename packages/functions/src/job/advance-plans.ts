// Scheduled each minute, and started with each plan that is applied: takes applied plans as far as one run's time goes.
// What is left stays due, and the next run goes on from its checkpoint.
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { advancePlan, settlePlan } from "#core/plan/advance-plan.ts";
import type { AdvanceDeps } from "#core/plan/apply-ports.ts";
import type { PlanWork } from "#core/plan/plan-work.ts";
import { advancePlansDeps } from "../deps/plan-work.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";

export type AdvancePlansDeps = AdvanceDeps & { readonly listDue: () => Promise<readonly PlanWork[]> };
export type AdvancePlansResult = {
  readonly plans: number;
  readonly revoked: number;
  readonly failed: number;
};

/** About what five minutes hold; each costs 16 write units and an event. */
const certificatesPerRun = 20_000;
/** Ten transactions under way need no more to end. */
const reserveMs = 15_000;

export function advancePlansJob(
  deps: AdvancePlansDeps,
): (event: unknown, context: Context) => Promise<AdvancePlansResult> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "advance-plans" } });
  return middy<unknown, AdvancePlansResult>().handler(async (_event, context) => {
    const result = { plans: 0, revoked: 0, failed: 0 };
    const mayGoOn = (): boolean => context.getRemainingTimeInMillis() > reserveMs;
    const run = { mayGoOn, requestId: context.awsRequestId };
    const failed = (work: PlanWork, error: unknown): void => {
      // One that cannot go on must not hold up the others.
      logger.error("plan not advanced", { plan: work.planId, error: error as Error });
      result.failed += 1;
    };
    const settled: PlanWork[] = [];
    for (const work of await deps.listDue()) {
      const done = await settlePlan(deps, work, { ...run, certificates: 0 }).catch(error =>
        failed(work, error),
      );
      if (done !== undefined) settled.push(done);
    }
    for (const work of settled) {
      const certificates = certificatesPerRun - result.revoked;
      const advanced = await advancePlan(deps, work, { ...run, certificates }).catch(error =>
        failed(work, error),
      );
      if (advanced === undefined) continue;
      logger.info("plan advanced", { plan: work.planId, ...advanced });
      result.revoked += advanced.revoked;
      result.plans += 1;
    }
    return result;
  });
}

export const handler = lazily(() => advancePlansJob(advancePlansDeps()));
