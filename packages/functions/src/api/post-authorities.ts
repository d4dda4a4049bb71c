// POST /v1/authorities: a CA becomes an authority, to issue from or to admit the clients of.
import { type RegisterDeps, registerAuthority } from "#core/authority/register.ts";
import { registerAuthoritySchema } from "#core/authority/registration.ts";
import { registerDeps } from "../deps/authorities.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { parseBody, readJson } from "../http/json-body.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentAuthority } from "./present-authority.ts";

export function postAuthoritiesRoute(deps: RegisterDeps & AuthenticateDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const registration = parseBody(registerAuthoritySchema, readJson(event));
    const authority = await registerAuthority(deps, { caller, registration, requestId });
    return { status: 201, body: presentAuthority(authority) };
  };
}

export const handler = lazily(() =>
  httpHandler("POST /v1/authorities", postAuthoritiesRoute(registerDeps())),
);
