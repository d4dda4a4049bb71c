// GET /v1/rotations/{id}: how far a rotation has come. Operators.
import { requireScope } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import { rotationsDeps } from "../deps/rotation.ts";
import { authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentRotation } from "./present-rotation.ts";
import type { RotationsDeps } from "./rotations-deps.ts";

export function getRotationRoute(deps: RotationsDeps): Route {
  return async event => {
    requireScope(await authenticate(deps, event), "certificates:read");
    const rotation = await deps.registry.readRotation(event.pathParameters?.["id"] ?? "");
    if (rotation === undefined) fail("resource.not_found", { kind: "rotation" });
    return { status: 200, body: presentRotation(rotation, deps.renewalsPerSecond, deps.now()) };
  };
}

export const handler = lazily(() => httpHandler("GET /v1/rotations/{id}", getRotationRoute(rotationsDeps())));
