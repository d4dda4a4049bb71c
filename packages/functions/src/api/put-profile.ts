// PUT /v1/profiles/{name}: record a profile of one's own.
import { fail } from "#core/error.ts";
import { profileNameSchema } from "#core/name.ts";
import { profileDefinitionSchema, putProfile } from "#core/profile/put-profile.ts";
import { profilesDeps } from "../deps/inventory.ts";
import { authenticate } from "../http/authenticate.ts";
import { parseBody, readJson } from "../http/json-body.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentProfile } from "./present-profile.ts";
import type { ProfilesDeps } from "./profiles-deps.ts";

export function putProfileRoute(deps: ProfilesDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const name = readName(event.pathParameters?.["name"]);
    const definition = parseBody(profileDefinitionSchema, readJson(event));
    const profile = await putProfile(deps, { caller, name, definition, requestId });
    return { status: 200, body: presentProfile(profile) };
  };
}

function readName(text: string | undefined): string {
  const name = profileNameSchema.safeParse(text);
  if (name.success) return name.data;
  const detail = name.error.issues[0]?.message ?? "";
  return fail("request.malformed", { findings: [{ code: "profile.name", detail, pointer: "" }] });
}

export const handler = lazily(() => httpHandler("PUT /v1/profiles/{name}", putProfileRoute(profilesDeps())));
