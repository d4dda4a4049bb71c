// GET /v1/revocation-plans/{id}.
import type { RouteContract } from "../http/contract.ts";
import { planParams, planSchema } from "./plan.ts";

export const getRevocationPlan = {
  method: "GET",
  path: "/v1/revocation-plans/{id}",
  summary: "A revocation plan, what it counts, and how far it has come",
  callers: { operator: "certificates:read" },
  params: planParams,
  responses: {
    200: {
      description: "The plan. `Retry-After` while it is counted or applied.",
      headers: ["retry-after"],
      content: { kind: "json", schema: planSchema },
    },
  },
  problems: ["resource.not_found"],
} as const satisfies RouteContract;
