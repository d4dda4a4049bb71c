// GET /v1/origin-certificate/{use}.
import * as z from "zod";
import type { RouteContract } from "../http/contract.ts";

export const originCertificateQuery = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "64 lower-case hexadecimal digits"),
});

export const originCertificateSchema = z
  .object({ seen: z.boolean() })
  .meta({ id: "OriginCertificate", description: "Whether this request came with that certificate." });

export const getOriginCertificate = {
  method: "GET",
  path: "/v1/origin-certificate/{use}",
  summary: "Whether the edge reached the API with a certificate that the caller names",
  description:
    "`use` is `live`, or `rehearsal` for the certificate that rotation tries before it becomes the live one. " +
    "The answer tells a caller nothing that the caller has not named.",
  callers: "anybody",
  params: z.object({ use: z.enum(["live", "rehearsal"]) }),
  query: originCertificateQuery,
  responses: {
    200: {
      description: "The API was reached.",
      content: { kind: "json", schema: originCertificateSchema },
    },
  },
  problems: ["caller.unauthenticated", "resource.not_found"],
} as const satisfies RouteContract;
