// GET /v1/revocation-plans/{id}: what a plan counts, and how far it has come. Operators.
import { requireScope } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import { readPlansDeps } from "../deps/plans.ts";
import { authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import type { ReadPlansDeps } from "./plans-deps.ts";
import { presentPlan } from "./present-plan.ts";

export function getRevocationPlanRoute(deps: ReadPlansDeps): Route {
  return async event => {
    requireScope(await authenticate(deps, event), "certificates:read");
    const plan = await deps.registry.readPlan(event.pathParameters?.["id"] ?? "");
    if (plan === undefined) return fail("resource.not_found", { kind: "plan" });
    const isUnderWay = plan.state === "counting" || plan.state === "applying";
    return {
      status: 200,
      headers: isUnderWay ? { "retry-after": "5" } : {},
      body: presentPlan(plan, deps.now(), await deps.readProgress(plan.id)),
    };
  };
}

export const handler = lazily(() =>
  httpHandler("GET /v1/revocation-plans/{id}", getRevocationPlanRoute(readPlansDeps())),
);
