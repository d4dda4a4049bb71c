// Scheduled every half hour, and by hand: holds the registry against each CA's own list of what it issued.
// By hand the brake can be widened, once a person has looked: {"mostOrphans": 400}.
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import * as z from "zod";
import type { ReconcileCaDeps } from "#core/reconciliation/ports.ts";
import { type Reconciled, reconcileCa } from "#core/reconciliation/reconcile-ca.ts";
import { reconcileCaDeps } from "../deps/authorities.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";
import { recordMetrics } from "../metrics.ts";

const eventSchema = z.object({ mostOrphans: z.number().int().min(0).max(1_000).default(25) });

/** For what was found in a report that took long to read. */
const reserveMs = 120_000;

export function reconcileCaJob(
  deps: ReconcileCaDeps,
): (event: unknown, context: Context) => Promise<readonly Reconciled[]> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "reconcile-ca" } });
  return middy<unknown, readonly Reconciled[]>().handler(async (event, context) => {
    const results = await reconcileCa(deps, {
      ...eventSchema.parse(event ?? {}),
      requestId: context.awsRequestId,
      mayGoOn: () => context.getRemainingTimeInMillis() > reserveMs,
    });
    for (const result of results)
      logger[needsAPerson(result) ? "error" : "info"]("CA reconciled", { result });
    recordMetrics({ Orphans: results.map(orphansOf).reduce((sum, count) => sum + count, 0) });
    return results;
  });
}

function orphansOf(result: Reconciled): number {
  return result.kind === "judged" ? result.orphans.length + result.braked : 0;
}

function needsAPerson(result: Reconciled): boolean {
  if (result.kind !== "judged") return result.kind === "failed";
  const { orphans, braked, failed, revokedAtCaOnly, isComplete } = result;
  return orphans.length + braked + failed.length + revokedAtCaOnly.length > 0 || !isComplete;
}

export const handler = lazily(() => reconcileCaJob(reconcileCaDeps()));
