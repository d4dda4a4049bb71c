// GET /v1/authorities/{id}/chain.
import * as z from "zod";
import { authorityIdSchema } from "#core/name.ts";
import type { RouteContract } from "../http/contract.ts";

/** RFC 8555, 9.1. */
export const chainType = "application/pem-certificate-chain";

export const getAuthorityChain = {
  method: "GET",
  path: "/v1/authorities/{id}/chain",
  summary: "The CA certificates behind an authority's certificates",
  description: "The issuing CA first, the root last: what a single enrolment answers as `chain`.",
  callers: { certificate: "any", operator: "certificates:read" },
  params: z.object({ id: authorityIdSchema }),
  responses: {
    200: {
      description: "It never changes for one authority.",
      headers: ["cache-control"],
      content: { kind: "text", mediaTypes: [chainType] },
    },
  },
  problems: ["resource.not_found"],
} as const satisfies RouteContract;
