// GET /v1/claims: a tenant's claims, newest first.
import { requireScope } from "#core/caller.ts";
import { readPosition, writePosition } from "#core/listing/position-cursor.ts";
import { type ClaimPageBody, claimsQuerySchema } from "../contract/get-claims.ts";
import { claimsDeps } from "../deps/inventory.ts";
import { authenticate } from "../http/authenticate.ts";
import { linkToNext } from "../http/next-page.ts";
import { parseQuery } from "../http/query.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import type { ClaimsDeps } from "./claims-deps.ts";
import { presentClaim } from "./present-claim.ts";

export function getClaimsRoute(deps: ClaimsDeps): Route {
  return async event => {
    requireScope(await authenticate(deps, event), "certificates:write");
    const query = parseQuery(claimsQuerySchema, event);
    const { tenant, limit, cursor } = query;
    const asked = ["claims", tenant];
    const after = cursor === undefined ? undefined : await readPosition(asked, cursor);
    const page = await deps.registry.listClaims(tenant, Number(limit), after);
    const next = page.next === undefined ? undefined : await writePosition(asked, page.next);
    const body: ClaimPageBody = {
      claims: page.claims.map(presentClaim),
      ...(next === undefined ? {} : { next }),
    };
    return { status: 200, headers: linkToNext("/v1/claims", query, next), body };
  };
}

export const handler = lazily(() => httpHandler("GET /v1/claims", getClaimsRoute(claimsDeps())));
