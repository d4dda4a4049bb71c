// GET /v1/certificates/{id}.
import * as z from "zod";
import type { RouteContract } from "../http/contract.ts";
import { certificateSchema } from "./certificate.ts";

export const getCertificate = {
  method: "GET",
  path: "/v1/certificates/{id}",
  summary: "One certificate with its state",
  callers: { certificate: "any", operator: "certificates:read" },
  params: z.object({
    id: z.string().meta({
      description:
        "Our id; the serial in any spelling (either case, colons, `0x`, leading zeros); or the SHA-256 of the " +
        "certificate's DER, 64 hex digits, colons allowed",
    }),
  }),
  responses: {
    200: {
      description: "The certificate as it is now.",
      content: { kind: "json", schema: certificateSchema },
    },
  },
  problems: ["resource.not_found", "certificate.ambiguous"],
} as const satisfies RouteContract;
