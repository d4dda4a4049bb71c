// POST /v1/rotations/{id}/{pause,resume,abort}. Operators.

import { assert } from "#core/error.ts";
import { changeRotation, rotationChanges } from "#core/rotation/waves/change-rotation.ts";
import { rotationsDeps } from "../deps/rotation.ts";
import { authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentRotation } from "./present-rotation.ts";
import type { RotationsDeps } from "./rotations-deps.ts";

export function postRotationChangeRoute(deps: RotationsDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const id = event.pathParameters?.["id"] ?? "";
    const change = rotationChanges.find(kind => event.routeKey.endsWith(`/${kind}`));
    assert(change !== undefined, "the gateway routes no other path here");
    const rotation = await changeRotation(deps, { caller, id, change, requestId });
    return { status: 200, body: presentRotation(rotation, deps.renewalsPerSecond, deps.now()) };
  };
}

export const handler = lazily(() =>
  httpHandler("POST /v1/rotations/{id}/…", postRotationChangeRoute(rotationsDeps())),
);
