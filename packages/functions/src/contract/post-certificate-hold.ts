// POST /v1/certificates/{id}/{hold,resume}.
import * as z from "zod";
import type { RouteContract } from "../http/contract.ts";
import { certificateSchema } from "./certificate.ts";

export const holdRequestSchema = z.strictObject({
  reason: z.string().regex(/^\P{C}{1,200}$/u, "1 to 200 printable characters"),
  until: z.iso
    .datetime({ offset: true })
    .optional()
    .meta({ description: "When it ends by itself, to within five minutes" }),
});

const shared = {
  method: "POST",
  callers: { operator: "revocations:apply" },
  params: z.object({
    id: z.string().meta({ description: "Our id, its serial or its SHA-256, in any spelling" }),
  }),
  responses: {
    200: {
      description: "The certificate as it is now.",
      content: { kind: "json", schema: certificateSchema },
    },
  },
  problems: ["resource.not_found", "certificate.ambiguous", "hold.refused", "registry.busy"],
} as const;

export const holdCertificateContract = {
  ...shared,
  path: "/v1/certificates/{id}/hold",
  summary: "Refuse a certificate at the edge until it is resumed",
  description:
    "The CA is not told, and nothing is revoked. A certificate that is held so already is answered as it is.",
  body: { kind: "json", schema: holdRequestSchema },
} as const satisfies RouteContract;

export const resumeCertificateContract = {
  ...shared,
  path: "/v1/certificates/{id}/resume",
  summary: "Let a held certificate in again",
  description:
    "What is revoked stays so, and so does what refuses its slot beside the hold: an order over its lot, a hold of a plan.",
} as const satisfies RouteContract;
