// GET /v1/edge: what the edge store held when it was last written, and what the last reconciliation found. Operators.
import type { Authority } from "#core/authority/authority.ts";
import { isManaged } from "#core/authority/authority.ts";
import { requireScope } from "#core/caller.ts";
import { isoSeconds } from "#core/event/outgoing.ts";
import type { EdgeStatus, EdgeStatusRegistry } from "#core/publication/edge-status.ts";
import { livePages } from "#core/publication/expected-keys.ts";
import { usageLevel } from "#core/publication/store-usage.ts";
import type { EdgeBody } from "../contract/get-edge.ts";
import { getEdgeDeps } from "../deps/edge.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";

export type GetEdgeDeps = AuthenticateDeps & { readonly status: Pick<EdgeStatusRegistry, "readEdgeStatus"> };

export function getEdgeRoute(deps: GetEdgeDeps): Route {
  return async event => {
    requireScope(await authenticate(deps, event), "certificates:read");
    const { publication, reconciliation } = await deps.status.readEdgeStatus();
    const authorities = await deps.listAuthorities();
    const body: EdgeBody = {
      ...(publication === undefined ? {} : describePublication(publication, deps.now())),
      ...(reconciliation === undefined ? {} : { reconciliation: describeReconciliation(reconciliation) }),
      authorities: authorities.map(authority => describeAuthority(authority)),
    };
    return { status: 200, body };
  };
}

function describePublication(publication: NonNullable<EdgeStatus["publication"]>, now: Date) {
  const { at, totalBytes, keyCount, limitBytes } = publication;
  return {
    generation: at.getTime(),
    generationAgeSeconds: Math.max(0, Math.floor((now.getTime() - at.getTime()) / 1_000)),
    store: { bytes: totalBytes, limitBytes, keys: keyCount, level: usageLevel(publication) },
  };
}

function describeReconciliation(run: NonNullable<EdgeStatus["reconciliation"]>) {
  const { missing, altered, extra, coarse } = run.differences;
  return {
    id: run.id,
    finishedAt: isoSeconds(run.finishedAt),
    complete: run.stoppedAfter === undefined,
    keysCompared: run.keysCompared,
    differences: {
      missing: missing.count,
      altered: altered.count,
      extra: extra.count,
      coarse: coarse.count,
    },
    inFlight: run.inFlight,
    keysWritten: run.keysWritten,
    storeFull: run.storeFull,
  };
}

function describeAuthority(authority: Authority) {
  const { id, state, layout } = authority;
  if (!isManaged(authority)) return { id, state, layout };
  const { firstLiveSlot, nextSlot, provisionedSlots } = authority;
  const { first, end } = livePages(authority);
  return { id, state, layout, firstLiveSlot, nextSlot, provisionedSlots, pages: end - first };
}

export const handler = lazily(() => httpHandler("GET /v1/edge", getEdgeRoute(getEdgeDeps())));
