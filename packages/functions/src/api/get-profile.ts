// GET /v1/profiles/{name}: one profile, as it is now.
import { requireScope } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import { isBuiltIn, profiles } from "#core/profile/profile.ts";
import { profilesDeps } from "../deps/inventory.ts";
import { authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentProfile } from "./present-profile.ts";
import type { ProfilesDeps } from "./profiles-deps.ts";

export function getProfileRoute(deps: ProfilesDeps): Route {
  return async event => {
    requireScope(await authenticate(deps, event), "certificates:read");
    const name = event.pathParameters?.["name"] ?? "";
    const profile = isBuiltIn(name) ? profiles[name] : await deps.registry.readProfile(name);
    if (profile === undefined) fail("resource.not_found", { kind: "profile" });
    return { status: 200, body: presentProfile(profile) };
  };
}

export const handler = lazily(() => httpHandler("GET /v1/profiles/{name}", getProfileRoute(profilesDeps())));
