// PATCH /v1/claims/{id}.
import { changeClaimSchema } from "#core/claim/change-claim.ts";
import type { RouteContract } from "../http/contract.ts";
import { claimParams, claimSchema } from "./claim.ts";

export const patchClaim = {
  method: "PATCH",
  path: "/v1/claims/{id}",
  summary: "Switch a claim off or on, change its count or its end",
  description:
    "Once this answers, the change is in force for every request that comes. What was granted before stays granted.",
  callers: { operator: "certificates:write" },
  params: claimParams,
  body: { kind: "json", schema: changeClaimSchema },
  responses: { 200: { description: "The claim.", content: { kind: "json", schema: claimSchema } } },
  problems: ["resource.not_found", "resource.changed", "registry.busy"],
} as const satisfies RouteContract;
