// GET /v1/trust-bundle.
import * as z from "zod";
import { authorityIdSchema } from "#core/name.ts";
import type { RouteContract } from "../http/contract.ts";
import { sha256Schema, timeSchema } from "./certificate.ts";

const liveSchema = z.object({
  authorities: z.array(authorityIdSchema),
  sha256: sha256Schema,
  since: timeSchema,
  ocsp: z.boolean().meta({ description: "The edge asks the certificates' OCSP responders" }),
});

export const trustBundleSchema = z
  .object({
    authorities: z.array(authorityIdSchema),
    trustBundle: z.string().meta({ description: "PEM; empty while no authority has standing" }),
    sha256: sha256Schema.optional().meta({ description: "Of the PEM text" }),
    status: z.enum(["live", "pending", "failed"]),
    fault: z
      .object({ reason: z.string(), at: timeSchema })
      .optional()
      .meta({ description: "Why CloudFront has refused the bundle that was written last" }),
    live: liveSchema.optional().meta({ description: "The bundle in force" }),
    distributions: z.array(z.string()).meta({ description: "Those that use the trust store" }),
  })
  .meta({ id: "TrustBundle" });

export type TrustBundleBody = z.infer<typeof trustBundleSchema>;

export const getTrustBundle = {
  method: "GET",
  path: "/v1/trust-bundle",
  summary: "The CA certificates that CloudFront's trust store should hold, and what it holds",
  callers: { operator: "certificates:read" },
  responses: {
    200: {
      description: "The authorities it is made of, one PEM text, and the bundle in force.",
      content: { kind: "json", schema: trustBundleSchema },
    },
  },
  problems: ["authority.unsuitable"],
} as const satisfies RouteContract;
