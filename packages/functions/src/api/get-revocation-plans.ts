// GET /v1/revocation-plans: what has been planned, newest first. Operators.
import { requireScope } from "#core/caller.ts";
import { readPosition, writePosition } from "#core/listing/position-cursor.ts";
import { type PlanPageBody, plansQuerySchema } from "../contract/get-revocation-plans.ts";
import { readPlansDeps } from "../deps/plans.ts";
import { authenticate } from "../http/authenticate.ts";
import { linkToNext } from "../http/next-page.ts";
import { parseQuery } from "../http/query.ts";
import { httpHandler, type Route } from "../http/route.ts";
import { lazily } from "../lazily.ts";
import type { ReadPlansDeps } from "./plans-deps.ts";
import { presentPlan } from "./present-plan.ts";

const asked = ["revocation-plans"];

export function getRevocationPlansRoute(deps: ReadPlansDeps): Route {
  return async event => {
    requireScope(await authenticate(deps, event), "certificates:read");
    const query = parseQuery(plansQuerySchema, event);
    const after = query.cursor === undefined ? undefined : await readPosition(asked, query.cursor);
    const page = await deps.registry.listPlans(Number(query.limit), after);
    const next = page.next === undefined ? undefined : await writePosition(asked, page.next);
    const body: PlanPageBody = {
      plans: page.plans.map(plan => presentPlan(plan, deps.now())),
      ...(next === undefined ? {} : { next }),
    };
    return { status: 200, headers: linkToNext("/v1/revocation-plans", query, next), body };
  };
}

export const handler = lazily(() =>
  httpHandler("GET /v1/revocation-plans", getRevocationPlansRoute(readPlansDeps())),
);
