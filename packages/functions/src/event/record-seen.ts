// CloudWatch Logs subscription: connection logs → what was seen at the edge, in the registry.
// A throw is Lambda's asynchronous retry and, after two, the function's on-failure queue.
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { recordSeen, type SeenResult } from "#core/rotation/record-seen.ts";
import type { SeenDeps } from "#core/rotation/seen-ports.ts";
import { recordSeenDeps } from "../deps/rotation.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";
import { recordMetrics } from "../metrics.ts";
import { treatmentOf } from "../trigger.ts";
import { linesOf } from "./log-subscription.ts";

export type RecordSeenDeps = SeenDeps & {
  /** Adds to the day's count of each authority. */
  readonly addSeen: (at: Date, counts: ReadonlyMap<string, number>) => Promise<void>;
};

export function recordSeenFrom(
  deps: RecordSeenDeps,
): (event: unknown, context: Context) => Promise<SeenResult> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "record-seen" } });
  return middy<unknown, SeenResult>()
    .use({
      onError: ({ error }) => {
        logger.error("connection log not recorded", {
          treatment: treatmentOf(error),
          error: error as Error,
        });
      },
    })
    .handler(async (event, { awsRequestId }) => {
      const result = await recordSeen(deps, linesOf(event), { requestId: awsRequestId });
      await deps.addSeen(deps.now(), result.seenBy);
      recordMetrics({ ConnectionLinesMalformed: result.malformed, SupersededReturned: result.returned });
      logger.info("connection log recorded", { ...result, seenBy: Object.fromEntries(result.seenBy) });
      return result;
    });
}

export const handler = lazily(() => recordSeenFrom(recordSeenDeps()));
