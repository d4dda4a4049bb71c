// POST /v1/rotations: begin a rotation in waves, or only count what it would cover. Operators.
import type { RotationSelector } from "#core/rotation/waves/rotation.ts";
import { startRotation } from "#core/rotation/waves/start-rotation.ts";
import { type SelectorBody, startRotationSchema } from "../contract/rotation.ts";
import { rotationsDeps } from "../deps/rotation.ts";
import { authenticate } from "../http/authenticate.ts";
import { parseBody, readJson } from "../http/json-body.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { presentPlan, presentRotation } from "./present-rotation.ts";
import type { RotationsDeps } from "./rotations-deps.ts";

export function postRotationsRoute(deps: RotationsDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const request = parseBody(startRotationSchema, readJson(event));
    const { certificates, apply, explanationUrl, ...rest } = request;
    const settings = { ...rest, ...(explanationUrl === undefined ? {} : { explanationUrl }) };
    const selector = readSelector(certificates);
    const outcome = await startRotation(deps, { caller, selector, settings, apply, requestId });
    const { covered, rotation } = outcome;
    if (rotation === undefined) {
      return { status: 200, body: presentPlan(request, covered, deps.renewalsPerSecond) };
    }
    const body = presentRotation(rotation, deps.renewalsPerSecond, deps.now());
    return { status: 201, headers: { location: `/v1/rotations/${rotation.id}` }, body };
  };
}

function readSelector(body: SelectorBody): RotationSelector {
  if ("authority" in body) return { kind: "authority", authorityId: body.authority };
  const { tenant } = body;
  return "lot" in body ? { kind: "lot", tenant, lot: body.lot } : { kind: "tenant", tenant };
}

export const handler = lazily(() => httpHandler("POST /v1/rotations", postRotationsRoute(rotationsDeps())));
