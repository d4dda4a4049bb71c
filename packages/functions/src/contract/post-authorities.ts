// POST /v1/authorities.
import { registerAuthoritySchema } from "#core/authority/registration.ts";
import type { RouteContract } from "../http/contract.ts";
import { authoritySchema } from "./authority.ts";

export const postAuthorities = {
  method: "POST",
  path: "/v1/authorities",
  summary: "Register a CA as an authority",
  description: "`kind` may be left out for a managed authority.",
  callers: { operator: "authorities:write" },
  body: { kind: "json", schema: registerAuthoritySchema },
  responses: {
    201: { description: "The authority.", content: { kind: "json", schema: authoritySchema } },
  },
  problems: ["authority.exists", "authority.unsuitable", "ca.throttled", "ca.unavailable", "registry.busy"],
} as const satisfies RouteContract;
