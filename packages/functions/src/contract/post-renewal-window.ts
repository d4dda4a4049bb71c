// POST /v1/{certificates,lots,authorities}/…/renewal-window.
import type { RouteContract } from "../http/contract.ts";
import { lotParams, lotQuery } from "./lot.ts";
import { movedWindowsSchema, moveWindowSchema, renewalWindowSchema } from "./renewal-window.ts";

const forwardOnly = "The earliest start wins: a window is only ever brought forward.";
const spread = `${forwardOnly} The move takes the place of the one before, a later one too. Certificates issued from now on are not moved. Without \`spreadSeconds\` they are spread over as long as Private CA needs for them with half of its default rate.`;

const body = { kind: "json", schema: moveWindowSchema } as const;

export const postCertificateWindow = {
  method: "POST",
  path: "/v1/certificates/{id}/renewal-window",
  summary: "Bring a certificate's renewal window forward",
  description: `${forwardOnly} A holder that has used up its renewals may try anew.`,
  callers: { operator: "certificates:write" },
  body,
  responses: {
    200: {
      description: "The certificate's window.",
      headers: ["retry-after"],
      content: { kind: "json", schema: renewalWindowSchema },
    },
  },
  problems: ["resource.not_found", "renewal.refused", "registry.busy"],
} as const satisfies RouteContract;

const moved = {
  200: { description: "The move.", content: { kind: "json", schema: movedWindowsSchema } },
} as const;

export const postLotWindows = {
  method: "POST",
  path: "/v1/lots/{lot}/renewal-window",
  summary: "Bring the renewal windows of a lot forward",
  description: spread,
  callers: { operator: "certificates:write" },
  params: lotParams,
  query: lotQuery,
  body,
  responses: moved,
  problems: ["resource.not_found", "registry.busy"],
} as const satisfies RouteContract;

export const postAuthorityWindows = {
  method: "POST",
  path: "/v1/authorities/{id}/renewal-window",
  summary: "Bring the renewal windows of all certificates of an authority forward",
  description: spread,
  callers: { operator: "authorities:write" },
  body,
  responses: moved,
  problems: ["resource.not_found", "registry.busy"],
} as const satisfies RouteContract;
