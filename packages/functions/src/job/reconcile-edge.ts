// Scheduled, and by hand: makes registry and edge store agree, and tells of what did not.
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import type { Reconciliation } from "#core/publication/edge-status.ts";
import { publishAuthority } from "#core/publication/provision.ts";
import { type ReconcileDeps, reconcile } from "#core/publication/reconcile.ts";
import { usageLevel } from "#core/publication/store-usage.ts";
import { reconcileEdgeDeps } from "../deps/edge.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";
import { reportReconciliation } from "./report-reconciliation.ts";

export type ReconcileEdgeDeps = ReconcileDeps & {
  /** Makes room: deletes the pages whose certificates have all expired. */
  readonly prune: (requestId: string, mayGoOn: () => boolean) => Promise<unknown>;
};

/** Left of the function's time when the last slice begins: a second look, the repair and the report come after it. */
const reserveMs = 120_000;

export function reconcileEdge(
  deps: ReconcileEdgeDeps,
): (event: unknown, context: Context) => Promise<Reconciliation> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "reconcile-edge" } });
  return middy<unknown, Reconciliation>().handler(async (_event, context) => {
    const inTime = (): boolean => context.getRemainingTimeInMillis() > reserveMs;
    if (usageLevel(await deps.store.readUsage()) !== "ample") await deps.prune(context.awsRequestId, inTime);
    const until = new Date(deps.now().getTime() + context.getRemainingTimeInMillis() - reserveMs);
    const result = await reconcile(deps, { id: context.awsRequestId, until });
    reportReconciliation(result, logger);
    // Pages that a full store, or a lost record of the stream, has left unprovisioned.
    for (const { id } of await deps.registry.listAuthorities()) await publishAuthority(deps, id);
    return result;
  });
}

export const handler = lazily(() => reconcileEdge(reconcileEdgeDeps()));
