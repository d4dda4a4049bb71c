// What a publication leaves behind for people: metrics, and the edge's status row.
import type { DynamoDBRecord } from "aws-lambda";
import type { EdgeStatusRegistry } from "#core/publication/edge-status.ts";
import { onTimeMs } from "#core/publication/refusal-at-edge.ts";
import { storeLimitBytes, usageLevel, usagePercent } from "#core/publication/store-usage.ts";
import type { PublishResult } from "#core/publication/write-changes.ts";
import type { Logger } from "../log.ts";
import { recordMetrics } from "../metrics.ts";
import { publicationLagMs } from "./publication-lag.ts";

export type ReportDeps = {
  readonly status: Pick<EdgeStatusRegistry, "recordPublication" | "recordLate">;
  readonly now: () => Date;
};

/** Never fails: what is published is published, and to do it again because its report failed would be wrong. */
export async function reportPublication(
  deps: ReportDeps,
  records: readonly DynamoDBRecord[],
  published: PublishResult,
  logger: Logger,
): Promise<void> {
  if (published.calls === 0) return;
  const at = deps.now();
  const { keys, calls, conflicts, totalBytes, keyCount } = published;
  const usage = { totalBytes, keyCount, limitBytes: storeLimitBytes };
  const lag = publicationLagMs(records, at);
  recordMetrics({
    ...(lag === undefined ? {} : { PublicationLag: lag }),
    KeysWritten: keys,
    StoreCalls: calls,
    Conflicts: conflicts,
    StoreBytes: totalBytes,
    StoreUsage: usagePercent(usage),
    Generation: at.getTime(),
  });
  if (usageLevel(usage) !== "ample")
    logger.warn("the edge store fills up", { level: usageLevel(usage), ...usage });
  try {
    if (lag !== undefined && lag > onTimeMs) await deps.status.recordLate(at);
    await deps.status.recordPublication({ at, ...usage });
  } catch (error) {
    logger.warn("the edge's status was not recorded", { error: error as Error });
  }
}
