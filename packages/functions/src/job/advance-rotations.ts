// Scheduled each minute, and by hand: takes each rotation that is under way as far as it may go, within one run's time.
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { type AdvanceRotationDeps, advanceRotation } from "#core/rotation/waves/advance-rotation.ts";
import { advanceRotationsDeps } from "../deps/rotation.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";
import { recordMetrics } from "../metrics.ts";

export type AdvanceRotationsResult = {
  readonly rotations: number;
  readonly aborted: number;
  readonly failed: number;
};

/** A hundred transactions, ten at a time, end well within it. */
const reserveMs = 15_000;

export function advanceRotationsJob(
  deps: AdvanceRotationDeps,
): (event: unknown, context: Context) => Promise<AdvanceRotationsResult> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "advance-rotations" } });
  return middy<unknown, AdvanceRotationsResult>().handler(async (_event, context) => {
    const result = { rotations: 0, aborted: 0, failed: 0 };
    const mayGoOn = (): boolean => context.getRemainingTimeInMillis() > reserveMs;
    for (const live of await deps.registry.listLive()) {
      if (!mayGoOn()) break;
      try {
        const turn = { requestId: context.awsRequestId, mayGoOn };
        const { rotation, outcome } = await advanceRotation(deps, live, turn);
        logger.info("rotation advanced", { rotation: rotation.id, outcome, ...rotation.counts });
        result.rotations += 1;
        if (outcome === "aborted") result.aborted += 1;
      } catch (error) {
        // One that cannot go on must not hold up the others.
        logger.error("rotation not advanced", { rotation: live.id, error: error as Error });
        result.failed += 1;
      }
    }
    if (result.aborted > 0) recordMetrics({ RotationsAborted: result.aborted });
    return result;
  });
}

export const handler = lazily(() => advanceRotationsJob(advanceRotationsDeps()));
