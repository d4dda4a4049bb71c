// POST /v1/claims.
import { createClaimSchema } from "#core/claim/create-claim.ts";
import type { RouteContract } from "../http/contract.ts";
import { newClaimSchema } from "./claim.ts";

export const postClaims = {
  method: "POST",
  path: "/v1/claims",
  summary: "Let a factory line, or whoever holds a token, enrol others",
  description:
    "A claim of kind `certificate` belongs to the line's `factory` certificate and outlives its renewal. One of kind " +
    "`token` answers a token, once. `any` for lots has to be said. A token's claim ends within 90 days.",
  callers: { operator: "certificates:write" },
  body: { kind: "json", schema: createClaimSchema },
  responses: {
    201: {
      description: "The claim, with its token if it has one.",
      headers: ["location"],
      content: { kind: "json", schema: newClaimSchema },
    },
  },
  problems: ["registry.busy"],
} as const satisfies RouteContract;
