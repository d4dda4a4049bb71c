// POST /v1/authorities/{id}/crl.
import * as z from "zod";
import type { RouteContract } from "../http/contract.ts";
import { importedCrlSchema } from "./authority.ts";

export const unfinishedCrlSchema = importedCrlSchema
  .extend({ remaining: z.int().min(1).meta({ description: "Serials still to be written or removed" }) })
  .meta({ id: "UnfinishedRevocationList" });

export const postAuthorityCrl = {
  method: "POST",
  path: "/v1/authorities/{id}/crl",
  summary: "Take the newest revocation list of an authority without slots",
  description: "DER, or PEM as text.",
  callers: { operator: "authorities:write" },
  body: { kind: "bytes", mediaTypes: ["application/pkix-crl", "application/x-pem-file", "text/plain"] },
  responses: {
    200: { description: "The list is applied.", content: { kind: "json", schema: importedCrlSchema } },
    202: {
      description: "Part of the list is applied: send the same list again, and it goes on.",
      headers: ["retry-after"],
      content: { kind: "json", schema: unfinishedCrlSchema },
    },
  },
  problems: ["crl.refused", "resource.not_found", "registry.busy", "edge_store.unavailable"],
} as const satisfies RouteContract;
