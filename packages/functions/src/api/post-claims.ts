// POST /v1/claims: let a factory line, or whoever holds a token, enrol others.
import { createClaim, createClaimSchema } from "#core/claim/create-claim.ts";
import type { NewClaimBody } from "../contract/claim.ts";
import { claimsDeps } from "../deps/inventory.ts";
import { authenticate } from "../http/authenticate.ts";
import { parseBody, readJson } from "../http/json-body.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import type { ClaimsDeps } from "./claims-deps.ts";
import { presentClaim } from "./present-claim.ts";

export function postClaimsRoute(deps: ClaimsDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const request = parseBody(createClaimSchema, readJson(event));
    const { claim, token } = await createClaim(deps, { caller, request, requestId });
    const body: NewClaimBody = { ...presentClaim(claim), ...(token === undefined ? {} : { token }) };
    return { status: 201, headers: { location: `/v1/claims/${claim.id}` }, body };
  };
}

export const handler = lazily(() => httpHandler("POST /v1/claims", postClaimsRoute(claimsDeps())));
