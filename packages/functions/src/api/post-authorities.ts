// POST /v1/authorities: adopt a Private CA as a managed authority.
import { type RegisterDeps, registerAuthority, registerAuthoritySchema } from "#core/authority/register.ts";
import { isoSeconds } from "#core/event/outgoing.ts";
import { registerDeps } from "../deps.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { parseBody, readJson } from "../http/json-body.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";

export function postAuthoritiesRoute(deps: RegisterDeps & AuthenticateDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const { id, caArn } = parseBody(registerAuthoritySchema, readJson(event));
    const authority = await registerAuthority(deps, { caller, id, caArn, requestId });
    return {
      status: 201,
      body: {
        id: authority.id,
        state: authority.state,
        layout: authority.layout,
        caArn: authority.caArn,
        issuer: authority.issuerDn,
        notAfter: isoSeconds(authority.notAfter),
      },
    };
  };
}

export const handler = lazily(() =>
  httpHandler("POST /v1/authorities", postAuthoritiesRoute(registerDeps())),
);
