// POST /v1/revocation-plans.
import * as z from "zod";
import { idempotencyKeySchema } from "#core/enrolment/request.ts";
import type { RouteContract } from "../http/contract.ts";
import { newPlanSchema, planSchema } from "./plan.ts";

export const postRevocationPlans = {
  method: "POST",
  path: "/v1/revocation-plans",
  summary: "Plan a revocation: count it, and refuse nobody",
  description:
    "Nothing is revoked by this. The plan names what there is now: certificates that are issued later are not in it, but " +
    "for lots, which are whole. It expires after a day. The same request with the same idempotency key is the same plan.",
  callers: { operator: "revocations:plan" },
  headers: z.object({ "idempotency-key": idempotencyKeySchema.optional() }),
  body: { kind: "json", schema: newPlanSchema },
  responses: {
    201: {
      description: "The plan, counted.",
      headers: ["location"],
      content: { kind: "json", schema: planSchema },
    },
    202: {
      description: "The plan is being counted: ask for it.",
      headers: ["location", "retry-after"],
      content: { kind: "json", schema: planSchema },
    },
  },
  problems: ["resource.not_found", "idempotency.conflict", "registry.busy"],
} as const satisfies RouteContract;
