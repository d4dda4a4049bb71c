// GET /v1/claims.
import * as z from "zod";
import { tenantSchema } from "#core/name.ts";
import type { RouteContract } from "../http/contract.ts";
import { claimSchema } from "./claim.ts";
import { cursorSchema, limitSchema } from "./page.ts";

export const claimsQuerySchema = z.strictObject({
  tenant: tenantSchema,
  limit: limitSchema(100),
  cursor: cursorSchema.optional(),
});

export const claimPageSchema = z
  .object({
    claims: z.array(claimSchema),
    next: z.string().optional().meta({ description: "The cursor of the next page; absent on the last" }),
  })
  .meta({ id: "ClaimPage" });

export type ClaimPageBody = z.infer<typeof claimPageSchema>;

export const getClaims = {
  method: "GET",
  path: "/v1/claims",
  summary: "A tenant's claims, newest first",
  callers: { operator: "certificates:write" },
  query: claimsQuerySchema,
  responses: {
    200: {
      description: "A page. `Link` with `rel=next` leads to the one after it.",
      headers: ["link"],
      content: { kind: "json", schema: claimPageSchema },
    },
  },
  problems: ["registry.busy"],
} as const satisfies RouteContract;
