// GET /v1/trust-bundle.
import * as z from "zod";
import { authorityIdSchema } from "#core/name.ts";
import type { RouteContract } from "../http/contract.ts";

export const trustBundleSchema = z
  .object({ authorities: z.array(authorityIdSchema), trustBundle: z.string() })
  .meta({ id: "TrustBundle" });

export const getTrustBundle = {
  method: "GET",
  path: "/v1/trust-bundle",
  summary: "The CA certificates that CloudFront's trust store must hold",
  callers: { operator: "certificates:read" },
  responses: {
    200: {
      description: "The authorities it is made of, and one PEM text.",
      content: { kind: "json", schema: trustBundleSchema },
    },
  },
  problems: ["authority.unsuitable"],
} as const satisfies RouteContract;
