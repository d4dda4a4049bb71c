// GET /v1/profiles/{name}.
import type { RouteContract } from "../http/contract.ts";
import { profileParams, profileSchema } from "./profile.ts";

export const getProfile = {
  method: "GET",
  path: "/v1/profiles/{name}",
  summary: "One profile",
  callers: { operator: "certificates:read" },
  params: profileParams,
  responses: { 200: { description: "The profile.", content: { kind: "json", schema: profileSchema } } },
  problems: ["resource.not_found"],
} as const satisfies RouteContract;
