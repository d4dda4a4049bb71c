// GET /v1/authorities/{id}: one authority in its roll-over, and what stands against each change from here. Operators.
import { requireScope } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import type { ChangeStateDeps } from "#core/roll-over/change-state.ts";
import { readRollOver } from "#core/roll-over/read-roll-over.ts";
import { authorityDeps } from "../deps/roll-over.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentRollOver } from "./present-roll-over.ts";

export function getAuthorityRoute(deps: Pick<ChangeStateDeps, "registry"> & AuthenticateDeps): Route {
  return async event => {
    requireScope(await authenticate(deps, event), "certificates:read");
    const id = event.pathParameters?.["id"] ?? "";
    const rollOver = await readRollOver(deps, id);
    if (rollOver === undefined) return fail("resource.not_found", { kind: "authority" });
    return { status: 200, body: presentRollOver(rollOver) };
  };
}

export const handler = lazily(() =>
  httpHandler("GET /v1/authorities/{id}", getAuthorityRoute(authorityDeps())),
);
