// GET /v1/authorities.
import * as z from "zod";
import type { RouteContract } from "../http/contract.ts";
import { authorityAtEdgeSchema } from "./authority.ts";

export const getAuthorities = {
  method: "GET",
  path: "/v1/authorities",
  summary: "Every authority, with what the edge holds for it",
  callers: { operator: "certificates:read" },
  responses: {
    200: {
      description: "All authorities; a trust store takes 25.",
      content: { kind: "json", schema: z.object({ authorities: z.array(authorityAtEdgeSchema) }) },
    },
  },
  problems: [],
} as const satisfies RouteContract;
