// POST /v1/revocation-plans/{id}/lift.
import type { RouteContract } from "../http/contract.ts";
import { planParams, planSchema } from "./plan.ts";

export const liftRevocationPlan = {
  method: "POST",
  path: "/v1/revocation-plans/{id}/lift",
  summary: "Take back a hold, a distrust or a floor",
  description:
    "What the plan has shut is open again within seconds; what was revoked, or is refused for another cause, stays " +
    "refused. Of a plan that another has approved it takes the scope `revocations:approve` as well. A plan that is lifted " +
    "is answered as it is.",
  callers: { operator: "revocations:apply" },
  params: planParams,
  responses: {
    200: { description: "The plan, with its progress.", content: { kind: "json", schema: planSchema } },
  },
  problems: ["resource.not_found", "plan.not_liftable", "registry.busy"],
} as const satisfies RouteContract;
