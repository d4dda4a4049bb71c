// GET /v1/authorities: every authority, with what the edge holds for it.
import { type Authority, isManaged } from "#core/authority/authority.ts";
import { requireScope } from "#core/caller.ts";
import type { RecordedCrl } from "#core/crl/ports.ts";
import type { AuthorityAtEdgeBody } from "../contract/authority.ts";
import { authoritiesDeps } from "../deps/authorities.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentAuthority, presentCrl, presentSlots } from "./present-authority.ts";

export type AuthoritiesDeps = AuthenticateDeps & {
  readonly countRevokedSerials: (authorityId: string) => Promise<number>;
  readonly readCrl: (authorityId: string) => Promise<RecordedCrl | undefined>;
};

export function getAuthoritiesRoute(deps: AuthoritiesDeps): Route {
  return async event => {
    requireScope(await authenticate(deps, event), "certificates:read");
    const authorities = await deps.listAuthorities();
    return {
      status: 200,
      body: { authorities: await Promise.all(authorities.map(one => present(deps, one))) },
    };
  };
}

async function present(deps: AuthoritiesDeps, authority: Authority): Promise<AuthorityAtEdgeBody> {
  if (isManaged(authority)) return { ...presentAuthority(authority), slots: presentSlots(authority) };
  const [revokedSerials, crl] = await Promise.all([
    deps.countRevokedSerials(authority.id),
    deps.readCrl(authority.id),
  ]);
  return {
    ...presentAuthority(authority),
    revokedSerials,
    ...(crl === undefined ? {} : { crl: presentCrl(crl) }),
  };
}

export const handler = lazily(() =>
  httpHandler("GET /v1/authorities", getAuthoritiesRoute(authoritiesDeps())),
);
