// GET /v1/health: whether the API can reach its registry and has an authority that issues. Open to every caller.
import { type Authority, isManaged } from "#core/authority/authority.ts";
import { readDeps } from "../deps/inventory.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";

export function getHealthRoute(deps: {
  readonly listAuthorities: () => Promise<readonly Authority[]>;
}): Route {
  return async () => {
    const authorities = await deps.listAuthorities();
    const issuing = authorities
      .filter(isManaged)
      .some(({ state, nextSlot, provisionedSlots }) => state === "active" && provisionedSlots > nextSlot);
    return { status: issuing ? 200 : 503, body: { status: issuing ? "ok" : "no authority can issue yet" } };
  };
}

export const handler = lazily(() => httpHandler("GET /v1/health", getHealthRoute(readDeps())));
