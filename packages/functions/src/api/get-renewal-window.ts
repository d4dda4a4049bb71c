// GET /v1/certificates/{id}/renewal-window.
import { type ReadWindowDeps, readWindow } from "#core/renewal/read-window.ts";
import { renewalWindowDeps } from "../deps/rotation.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentWindow } from "./present-window.ts";

export function getRenewalWindowRoute(deps: ReadWindowDeps & AuthenticateDeps): Route {
  return async event => {
    const caller = await authenticate(deps, event);
    const certificateId = event.pathParameters?.["id"] ?? "";
    return presentWindow(await readWindow(deps, { caller, certificateId }), deps.now());
  };
}

export const handler = lazily(() =>
  httpHandler("GET /v1/certificates/{id}/renewal-window", getRenewalWindowRoute(renewalWindowDeps())),
);
