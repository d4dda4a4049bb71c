// GET /v1/profiles.
import * as z from "zod";
import type { RouteContract } from "../http/contract.ts";
import { profileSchema } from "./profile.ts";

export const getProfiles = {
  method: "GET",
  path: "/v1/profiles",
  summary: "All profiles, the built-in ones first",
  callers: { operator: "certificates:read" },
  responses: {
    200: {
      description: "All profiles.",
      content: { kind: "json", schema: z.object({ profiles: z.array(profileSchema) }) },
    },
  },
  problems: [],
} as const satisfies RouteContract;
