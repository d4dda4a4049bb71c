// GET /v1/lots/{lot}.
import type { RouteContract } from "../http/contract.ts";
import { lotBodySchema, lotParams, lotQuery } from "./lot.ts";

export const getLot = {
  method: "GET",
  path: "/v1/lots/{lot}",
  summary: "A lot: its size, its blocks of slots, and how far it is",
  callers: { certificate: "any", operator: "certificates:read" },
  params: lotParams,
  query: lotQuery,
  responses: { 200: { description: "The lot.", content: { kind: "json", schema: lotBodySchema } } },
  problems: ["resource.not_found"],
} as const satisfies RouteContract;
