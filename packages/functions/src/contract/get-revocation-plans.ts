// GET /v1/revocation-plans.
import * as z from "zod";
import type { RouteContract } from "../http/contract.ts";
import { cursorSchema, limitSchema } from "./page.ts";
import { planSchema } from "./plan.ts";

export const plansQuerySchema = z.strictObject({ limit: limitSchema(50), cursor: cursorSchema.optional() });

export const planPageSchema = z
  .object({
    plans: z.array(planSchema),
    next: z.string().optional().meta({ description: "The cursor of the next page; absent on the last" }),
  })
  .meta({ id: "RevocationPlanPage" });

export type PlanPageBody = z.infer<typeof planPageSchema>;

export const getRevocationPlans = {
  method: "GET",
  path: "/v1/revocation-plans",
  summary: "Revocation plans, newest first",
  description: "Seconds behind. Those that were never applied go a month after they have expired.",
  callers: { operator: "certificates:read" },
  query: plansQuerySchema,
  responses: {
    200: {
      description: "A page. `Link` with `rel=next` leads to the one after it.",
      headers: ["link"],
      content: { kind: "json", schema: planPageSchema },
    },
  },
  problems: ["registry.busy"],
} as const satisfies RouteContract;
