// GET /v1/trust-bundle: the CA certificates that CloudFront's trust store must hold, as one PEM text.
import { hasStanding } from "#core/authority/authority.ts";
import { trustBundleOf } from "#core/authority/trust-bundle.ts";
import { requireScope } from "#core/caller.ts";
import { readDeps } from "../deps/inventory.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";

export function getTrustBundleRoute(deps: AuthenticateDeps): Route {
  return async event => {
    requireScope(await authenticate(deps, event), "certificates:read");
    const authorities = await deps.listAuthorities();
    const standing = authorities.filter(hasStanding).map(({ id }) => id);
    return { status: 200, body: { authorities: standing, trustBundle: trustBundleOf(authorities) } };
  };
}

export const handler = lazily(() => httpHandler("GET /v1/trust-bundle", getTrustBundleRoute(readDeps())));
