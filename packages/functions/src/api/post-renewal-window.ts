// POST /v1/{certificates,lots,authorities}/…/renewal-window: an operator brings windows forward.
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { Caller } from "#core/caller.ts";
import {
  type MoveWindowDeps,
  moveAuthorityWindows,
  moveCertificateWindow,
  moveLotWindows,
} from "#core/renewal/move-window.ts";
import { moveWindowSchema } from "../contract/renewal-window.ts";
import { renewalWindowDeps } from "../deps/rotation.ts";
import { type AuthenticateDeps, authenticate } from "../http/authenticate.ts";
import { parseBody, readJson } from "../http/json-body.ts";
import { readLotPath } from "../http/lot-path.ts";
import { type HttpResult, httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentMove, presentWindow } from "./present-window.ts";

export function postRenewalWindowRoute(deps: MoveWindowDeps & AuthenticateDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const { start, ...body } = parseBody(moveWindowSchema, readJson(event));
    const asked = { ...body, caller, requestId, start: start === "now" ? ("now" as const) : new Date(start) };
    return move(deps, event, caller, asked);
  };
}

async function move(
  deps: MoveWindowDeps,
  event: APIGatewayProxyEventV2,
  caller: Caller,
  asked: Omit<Parameters<typeof moveCertificateWindow>[1], "certificateId">,
): Promise<HttpResult> {
  const id = event.pathParameters?.["id"] ?? "";
  switch (event.routeKey) {
    case "POST /v1/certificates/{id}/renewal-window":
      return presentWindow(await moveCertificateWindow(deps, { ...asked, certificateId: id }), deps.now());
    case "POST /v1/authorities/{id}/renewal-window":
      return presentMove(await moveAuthorityWindows(deps, { ...asked, authorityId: id }));
    default:
      return presentMove(await moveLotWindows(deps, { ...asked, ...readLotPath(event, caller) }));
  }
}

export const handler = lazily(() =>
  httpHandler("POST …/renewal-window", postRenewalWindowRoute(renewalWindowDeps())),
);
