// GET /v1/health.
import * as z from "zod";
import type { RouteContract } from "../http/contract.ts";

export const healthSchema = z.object({ status: z.string() }).meta({ id: "Health" });

export const getHealth = {
  method: "GET",
  path: "/v1/health",
  summary: "Whether the registry answers and an authority can issue",
  callers: "anybody",
  responses: {
    200: { description: "Both.", content: { kind: "json", schema: healthSchema } },
    503: { description: "No authority can issue yet.", content: { kind: "json", schema: healthSchema } },
  },
  problems: ["registry.unavailable"],
} as const satisfies RouteContract;
