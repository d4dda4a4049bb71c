// GET /v1/profiles: all of them, the built-in ones first.
import { requireScope } from "#core/caller.ts";
import { profiles } from "#core/profile/profile.ts";
import { profilesDeps } from "../deps/inventory.ts";
import { authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentProfile } from "./present-profile.ts";
import type { ProfilesDeps } from "./profiles-deps.ts";

export function getProfilesRoute(deps: ProfilesDeps): Route {
  return async event => {
    requireScope(await authenticate(deps, event), "certificates:read");
    const all = [...Object.values(profiles), ...(await deps.registry.listProfiles())];
    return { status: 200, body: { profiles: all.map(presentProfile) } };
  };
}

export const handler = lazily(() => httpHandler("GET /v1/profiles", getProfilesRoute(profilesDeps())));
