// POST /v1/edge/reconcile: the scheduled reconciliation, now, with its result as the answer. Operators.
import { requireScope } from "#core/caller.ts";
import { isoSeconds } from "#core/event/outgoing.ts";
import { type ReconcileDeps, reconcile } from "#core/publication/reconcile.ts";
import type { ReconciliationBody } from "../contract/post-edge-reconcile.ts";
import { postEdgeReconcileDeps } from "../deps/edge.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { reportReconciliation } from "../job/report-reconciliation.ts";
import { lazily } from "../lazily.ts";

/** The gateway waits 30 s, the second look and the repair of a few keys take five. What is left goes to the next run. */
const slicesMs = 12_000;

export function postEdgeReconcileRoute(deps: ReconcileDeps & AuthenticateDeps): Route {
  return async (event, { requestId, logger }) => {
    requireScope(await authenticate(deps, event), "authorities:write");
    const until = new Date(deps.now().getTime() + slicesMs);
    const { startedAt, finishedAt, stoppedAfter, ...result } = await reconcile(deps, {
      id: requestId,
      until,
    });
    reportReconciliation({ startedAt, finishedAt, ...result }, logger);
    const body: ReconciliationBody = {
      ...result,
      startedAt: isoSeconds(startedAt),
      finishedAt: isoSeconds(finishedAt),
      complete: stoppedAfter === undefined,
    };
    return { status: 200, body };
  };
}

export const handler = lazily(() =>
  httpHandler("POST /v1/edge/reconcile", postEdgeReconcileRoute(postEdgeReconcileDeps())),
);
