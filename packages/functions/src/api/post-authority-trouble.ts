// POST /v1/authorities/{id}/{distrust,not-before-floor}: plan to refuse a whole authority. Another operator approves.
import { actorOf, requireScope } from "#core/caller.ts";
import { makePlan } from "#core/plan/make-plan.ts";
import type { PlanOrder } from "#core/plan/plan.ts";
import {
  type DistrustRequest,
  distrustRequestSchema,
  floorRequestSchema,
} from "../contract/post-authority-trouble.ts";
import { makePlanDeps } from "../deps/plans.ts";
import { authenticate } from "../http/authenticate.ts";
import { readIdempotencyKey } from "../http/idempotency-key.ts";
import { parseBody, readJson } from "../http/json-body.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import type { MakePlanDeps } from "./plans-deps.ts";
import { presentPlan } from "./present-plan.ts";

export function postAuthorityTroubleRoute(deps: MakePlanDeps): Route {
  return async (event, { requestId }) => {
    const caller = await authenticate(deps, event);
    requireScope(caller, "revocations:plan");
    requireScope(caller, "authorities:write");
    const order = readOrder(event.routeKey, event.pathParameters?.["id"] ?? "", readJson(event));
    const input = { order, author: actorOf(caller), key: readIdempotencyKey(event), requestId };
    const plan = await makePlan(deps, input, () => true);
    const location = `/v1/revocation-plans/${plan.id}`;
    return { status: 201, headers: { location }, body: presentPlan(plan, deps.now()) };
  };
}

function readOrder(routeKey: string, authorityId: string, json: unknown): PlanOrder {
  const selector = { kind: "authority", authorityId } as const;
  if (routeKey.endsWith("/distrust")) {
    const request = parseBody(distrustRequestSchema, json);
    return { action: "distrust", selector, lineage: false, ...whyOf(request) };
  }
  const request = parseBody(floorRequestSchema, json);
  return { action: "floor", selector, lineage: false, floorAt: new Date(request.at), ...whyOf(request) };
}

function whyOf({ reason, note, ticket }: DistrustRequest): Pick<PlanOrder, "reason" | "note" | "ticket"> {
  return {
    reason,
    ...(note === undefined ? {} : { note }),
    ...(ticket === undefined ? {} : { ticket }),
  };
}

export const handler = lazily(() =>
  httpHandler("POST /v1/authorities/{id}/…", postAuthorityTroubleRoute(makePlanDeps())),
);
