// GET /v1/claims/{id}: one claim, with what is left of it.
import { requireScope } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import type { ClaimWithRestBody } from "../contract/claim.ts";
import { claimsDeps } from "../deps/inventory.ts";
import { authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import type { ClaimsDeps } from "./claims-deps.ts";
import { presentClaim } from "./present-claim.ts";

export function getClaimRoute(deps: ClaimsDeps): Route {
  return async event => {
    requireScope(await authenticate(deps, event), "certificates:write");
    const claim = await deps.registry.readClaim(event.pathParameters?.["id"] ?? "");
    if (claim === undefined) fail("resource.not_found", { kind: "claim" });
    const body: ClaimWithRestBody = {
      ...presentClaim(claim),
      left: await deps.registry.leftOf(claim.id),
    };
    return { status: 200, body };
  };
}

export const handler = lazily(() => httpHandler("GET /v1/claims/{id}", getClaimRoute(claimsDeps())));
