// POST /v1/revocation-plans/{id}/lift. Operators.
import { liftPlan } from "#core/plan/lift-plan.ts";
import { liftPlanDeps } from "../deps/plan-work.ts";
import { authenticate } from "../http/authenticate.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import type { LiftPlanDeps } from "./plans-deps.ts";
import { presentPlan } from "./present-plan.ts";

export function postRevocationPlanLiftRoute(deps: LiftPlanDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const plan = await liftPlan(deps, { caller, id: event.pathParameters?.["id"] ?? "", requestId });
    return { status: 200, body: presentPlan(plan, deps.now(), await deps.readProgress(plan.id)) };
  };
}

export const handler = lazily(() =>
  httpHandler("POST /v1/revocation-plans/{id}/lift", postRevocationPlanLiftRoute(liftPlanDeps())),
);
