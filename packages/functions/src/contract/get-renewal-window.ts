// GET /v1/certificates/{id}/renewal-window.
import type { RouteContract } from "../http/contract.ts";
import { renewalWindowSchema } from "./renewal-window.ts";

export const getRenewalWindow = {
  method: "GET",
  path: "/v1/certificates/{id}/renewal-window",
  summary: "When a certificate should be renewed",
  description:
    "The idea of RFC 9773. An operator may bring the window forward at any time: look again as `Retry-After` says.",
  callers: { certificate: "any", operator: "certificates:read" },
  responses: {
    200: {
      description: "The window as it is now.",
      headers: ["retry-after"],
      content: { kind: "json", schema: renewalWindowSchema },
    },
  },
  problems: ["resource.not_found", "renewal.refused", "registry.busy"],
} as const satisfies RouteContract;
