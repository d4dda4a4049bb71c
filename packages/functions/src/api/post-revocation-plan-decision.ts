// POST /v1/revocation-plans/{id}/{approve,cancel}. Operators.
import { approvePlan, cancelPlan } from "#core/plan/decide-plan.ts";
import { approvePlanSchema } from "../contract/plan.ts";
import { readPlansDeps } from "../deps/plans.ts";
import { authenticate } from "../http/authenticate.ts";
import { parseBody, readJson } from "../http/json-body.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import type { ReadPlansDeps } from "./plans-deps.ts";
import { presentPlan } from "./present-plan.ts";

export function postRevocationPlanDecisionRoute(deps: ReadPlansDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const decision = { caller, id: event.pathParameters?.["id"] ?? "", requestId };
    const plan = event.routeKey.endsWith("/cancel")
      ? await cancelPlan(deps, decision)
      : await approvePlan(deps, { ...decision, ...parseBody(approvePlanSchema, readJson(event)) });
    return { status: 200, body: presentPlan(plan, deps.now()) };
  };
}

export const handler = lazily(() =>
  httpHandler("POST /v1/revocation-plans/{id}/…", postRevocationPlanDecisionRoute(readPlansDeps())),
);
