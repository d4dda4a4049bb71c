// POST /v1/revocation-plans/{id}/apply. Operators.
import { requestApply } from "#core/plan/request-apply.ts";
import { applyPlanSchema } from "../contract/plan.ts";
import { applyPlanDeps } from "../deps/plans.ts";
import { authenticate } from "../http/authenticate.ts";
import { parseBody, readJson } from "../http/json-body.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import type { ApplyPlanDeps } from "./plans-deps.ts";
import { presentPlan } from "./present-plan.ts";

export function postRevocationPlanApplyRoute(deps: ApplyPlanDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    const request = parseBody(applyPlanSchema, readJson(event));
    const id = event.pathParameters?.["id"] ?? "";
    const plan = await requestApply(deps, { caller, id, ...request, requestId });
    const body = presentPlan(plan, deps.now());
    return plan.state === "applying"
      ? { status: 202, headers: { "retry-after": "5" }, body }
      : { status: 200, body };
  };
}

export const handler = lazily(() =>
  httpHandler("POST /v1/revocation-plans/{id}/apply", postRevocationPlanApplyRoute(applyPlanDeps())),
);
