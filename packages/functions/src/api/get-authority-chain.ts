// GET /v1/authorities/{id}/chain: the CA certificates behind an authority's certificates, as PEM.
import { isManaged } from "#core/authority/authority.ts";
import { requireScope } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import { chainType } from "../contract/get-authority-chain.ts";
import { readDeps } from "../deps/inventory.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";

export function getAuthorityChainRoute(deps: AuthenticateDeps): Route {
  return async event => {
    const caller = await authenticate(deps, event);
    if (caller.kind === "operator") requireScope(caller, "certificates:read");
    const id = event.pathParameters?.["id"] ?? "";
    // Whose CA a partner's is, is the partner's business.
    const authority = (await deps.listAuthorities()).filter(isManaged).find(candidate => candidate.id === id);
    if (authority === undefined) fail("resource.not_found", { kind: "authority" });
    return {
      status: 200,
      headers: { "cache-control": "private, max-age=86400" },
      mediaType: chainType,
      text: authority.certificatePem + authority.chainPem,
    };
  };
}

export const handler = lazily(() =>
  httpHandler("GET /v1/authorities/{id}/chain", getAuthorityChainRoute(readDeps())),
);
