// Scheduled each minute, and started with each plan that is too large for its call: counts what is left of plans, as far
// as one run's time goes. Plans that nobody could count within their day are given up.
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { continueCounting } from "#core/plan/continue-counting.ts";
import type { PlanDeps } from "#core/plan/ports.ts";
import { countPlansDeps } from "../deps/plans.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";

export type CountPlansResult = {
  readonly counted: number;
  readonly unfinished: number;
  readonly failed: number;
};

/** A stretch of eight pages with its samples, and a checkpoint of 4,096 bitmaps, end within it. */
const reserveMs = 60_000;

export function countPlansJob(
  deps: PlanDeps,
): (event: unknown, context: Context) => Promise<CountPlansResult> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "count-plans" } });
  return middy<unknown, CountPlansResult>().handler(async (_event, context) => {
    const result = { counted: 0, unfinished: 0, failed: 0 };
    const mayGoOn = (): boolean => context.getRemainingTimeInMillis() > reserveMs;
    for (const plan of await deps.registry.listCounting(deps.now())) {
      if (!mayGoOn()) break;
      try {
        const { state } = await continueCounting(deps, plan, { requestId: context.awsRequestId, mayGoOn });
        logger.info("plan counted", { plan: plan.id, state });
        if (state === "counting") result.unfinished += 1;
        else result.counted += 1;
      } catch (error) {
        // One that cannot be counted must not hold up the others.
        logger.error("plan not counted", { plan: plan.id, error: error as Error });
        result.failed += 1;
      }
    }
    return result;
  });
}

export const handler = lazily(() => countPlansJob(countPlansDeps()));
