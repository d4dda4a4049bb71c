// PATCH /v1/claims/{id}: switch a claim off or on, change its count or its end.
import { changeClaim, changeClaimSchema } from "#core/claim/change-claim.ts";
import { claimsDeps } from "../deps/inventory.ts";
import { authenticate } from "../http/authenticate.ts";
import { parseBody, readJson } from "../http/json-body.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import type { ClaimsDeps } from "./claims-deps.ts";
import { presentClaim } from "./present-claim.ts";

export function patchClaimRoute(deps: ClaimsDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const id = event.pathParameters?.["id"] ?? "";
    const request = parseBody(changeClaimSchema, readJson(event));
    const claim = await changeClaim(deps, { caller, id, request, requestId });
    return { status: 200, body: presentClaim(claim) };
  };
}

export const handler = lazily(() => httpHandler("PATCH /v1/claims/{id}", patchClaimRoute(claimsDeps())));
