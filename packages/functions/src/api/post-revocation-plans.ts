// POST /v1/revocation-plans: count what a revocation would refuse, and refuse nobody. Operators.
import { actorOf, requireScope } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import { makePlan } from "#core/plan/make-plan.ts";
import type { PlanOrder } from "#core/plan/plan.ts";
import { type NewPlanRequest, newPlanSchema } from "../contract/plan.ts";
import { makePlanDeps } from "../deps/plans.ts";
import { authenticate } from "../http/authenticate.ts";
import { readIdempotencyKey } from "../http/idempotency-key.ts";
import { parseBody, readJson } from "../http/json-body.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import { readSelector } from "./plan-selector.ts";
import type { MakePlanDeps } from "./plans-deps.ts";
import { presentPlan } from "./present-plan.ts";

/** Of the call's 29 s; the last stretch of rows may take some seconds more. */
const countMs = 12_000;

export function postRevocationPlansRoute(deps: MakePlanDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    requireScope(caller, "revocations:plan");
    const request = parseBody(newPlanSchema, readJson(event));
    const startedAt = deps.now();
    const order = readOrder(request, startedAt);
    const input = { order, author: actorOf(caller), key: readIdempotencyKey(event), requestId };
    const plan = await makePlan(deps, input, () => deps.now().getTime() - startedAt.getTime() < countMs);
    const isCounted = plan.state !== "counting";
    const location = `/v1/revocation-plans/${plan.id}`;
    return {
      status: isCounted ? 201 : 202,
      headers: isCounted ? { location } : { location, "retry-after": "5" },
      body: presentPlan(plan, deps.now()),
    };
  };
}

function readOrder(request: NewPlanRequest, now: Date): PlanOrder {
  const { action, certificates, lineage, reason, note, ticket, until } = request;
  if (until !== undefined && new Date(until) <= now) {
    const detail = "the hold would have ended before it began";
    fail("request.malformed", { findings: [{ code: "until.past", detail, pointer: "/until" }] });
  }
  return {
    action,
    selector: readSelector(certificates),
    lineage,
    reason,
    ...(note === undefined ? {} : { note }),
    ...(ticket === undefined ? {} : { ticket }),
    ...(until === undefined ? {} : { until: new Date(until) }),
  };
}

export const handler = lazily(() =>
  httpHandler("POST /v1/revocation-plans", postRevocationPlansRoute(makePlanDeps())),
);
