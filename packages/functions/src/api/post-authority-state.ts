// POST /v1/authorities/{id}/{prepare,activate,drain,retire}: one step of a roll-over. Operators.
import { assert } from "#core/error.ts";
import { type ChangeStateDeps, changeState } from "#core/roll-over/change-state.ts";
import { authorityChanges } from "#core/roll-over/changes.ts";
import { authorityStateBodySchema } from "../contract/post-authority-state.ts";
import { authorityStateDeps } from "../deps/roll-over.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { parseBody, readJson } from "../http/json-body.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentAuthority } from "./present-authority.ts";

export function postAuthorityStateRoute(deps: ChangeStateDeps & AuthenticateDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const id = event.pathParameters?.["id"] ?? "";
    const change = authorityChanges.find(name => event.routeKey.endsWith(`/${name}`));
    assert(change !== undefined, "the gateway routes no other path here");
    const { force, reason } = parseBody(authorityStateBodySchema, readJson(event));
    const forcedBecause = force ? reason : undefined;
    const authority = await changeState(deps, { caller, id, change, forcedBecause, requestId });
    return { status: 200, body: presentAuthority(authority) };
  };
}

export const handler = lazily(() =>
  httpHandler("POST /v1/authorities/{id}/…", postAuthorityStateRoute(authorityStateDeps())),
);
