// GET /v1/claims/{id}.
import type { RouteContract } from "../http/contract.ts";
import { claimParams, claimWithRestSchema } from "./claim.ts";

export const getClaim = {
  method: "GET",
  path: "/v1/claims/{id}",
  summary: "One claim, with what is left of it",
  callers: { operator: "certificates:write" },
  params: claimParams,
  responses: { 200: { description: "The claim.", content: { kind: "json", schema: claimWithRestSchema } } },
  problems: ["resource.not_found"],
} as const satisfies RouteContract;
