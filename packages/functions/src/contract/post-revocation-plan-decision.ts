// POST /v1/revocation-plans/{id}/{approve,cancel,apply}.
import type { RouteContract } from "../http/contract.ts";
import { applyPlanSchema, approvePlanSchema, planParams, planSchema } from "./plan.ts";

const plan = { description: "The plan.", content: { kind: "json", schema: planSchema } } as const;

export const approveRevocationPlan = {
  method: "POST",
  path: "/v1/revocation-plans/{id}/approve",
  summary: "Approve somebody else's plan",
  description: "Nothing is revoked by this. The hash is that of the plan as the approver has read it.",
  callers: { operator: "revocations:approve" },
  params: planParams,
  body: { kind: "json", schema: approvePlanSchema },
  responses: { 200: plan },
  problems: [
    "resource.not_found",
    "plan.own_approval",
    "plan.not_counted",
    "plan.changed",
    "plan.expired",
    "plan.settled",
    "registry.busy",
  ],
} as const satisfies RouteContract;

export const cancelRevocationPlan = {
  method: "POST",
  path: "/v1/revocation-plans/{id}/cancel",
  summary: "Give a plan up before it is applied",
  callers: { operator: "revocations:plan" },
  params: planParams,
  responses: { 200: plan },
  problems: ["resource.not_found", "plan.expired", "plan.settled", "registry.busy"],
} as const satisfies RouteContract;

export const applyRevocationPlan = {
  method: "POST",
  path: "/v1/revocation-plans/{id}/apply",
  summary: "Carry a plan out",
  description:
    "The edge refuses what the plan names within seconds of the answer. The certificates' own records and the CA follow in " +
    "the background. A plan that is applied already is answered as it is.",
  callers: { operator: "revocations:apply" },
  params: planParams,
  body: { kind: "json", schema: applyPlanSchema },
  responses: {
    200: { ...plan, description: "All of the plan is ordered." },
    202: { ...plan, description: "The plan is being ordered.", headers: ["retry-after"] },
  },
  problems: [
    "resource.not_found",
    "resource.changed",
    "plan.not_counted",
    "plan.not_approved",
    "plan.changed",
    "plan.expired",
    "plan.settled",
    "registry.busy",
  ],
} as const satisfies RouteContract;
