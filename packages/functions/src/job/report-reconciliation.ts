// What a reconciliation leaves behind for people, besides its events and its row: metrics and one line in the log.
import { differenceKinds } from "#core/publication/difference.ts";
import type { Reconciliation } from "#core/publication/edge-status.ts";
import type { Logger } from "../log.ts";
import { recordMetrics } from "../metrics.ts";

export function reportReconciliation(result: Reconciliation, logger: Logger): void {
  const { differences, keysWritten, calls, conflicts, storeFull, totalBytes } = result;
  const drift = differenceKinds.reduce((sum, kind) => sum + differences[kind].count, 0);
  recordMetrics({
    Drift: drift,
    KeysWritten: keysWritten,
    StoreCalls: calls,
    Conflicts: conflicts,
    ...(storeFull ? { StoreFull: 1 } : {}),
    ...(calls > 0 ? { StoreBytes: totalBytes } : {}),
  });
  const summary = { ...result, drift };
  if (drift > 0) logger.error("the edge store had drifted", summary);
  else logger.info("the edge store agrees with the registry", summary);
}
