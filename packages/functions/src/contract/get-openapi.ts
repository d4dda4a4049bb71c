// GET /openapi.json.
import * as z from "zod";
import type { RouteContract } from "../http/contract.ts";

export const getOpenapi = {
  method: "GET",
  path: "/openapi.json",
  summary: "This document",
  callers: "anybody",
  responses: {
    200: {
      description: "OpenAPI 3.1.",
      headers: ["cache-control"],
      content: { kind: "json", schema: z.looseObject({ openapi: z.literal("3.1.0") }) },
    },
  },
  problems: [],
} as const satisfies RouteContract;
