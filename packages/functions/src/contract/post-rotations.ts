// POST /v1/rotations.
import type { RouteContract } from "../http/contract.ts";
import { rotationPlanSchema, rotationSchema, startRotationSchema } from "./rotation.ts";

export const postRotations = {
  method: "POST",
  path: "/v1/rotations",
  summary: "Renew a lot, a tenant or an authority in waves",
  description:
    "Without `apply` nothing is begun: the answer counts what would be. Each wave's renewal windows are opened, and " +
    "`Certificate Renewal Due` goes out for each certificate. The next wave comes after the pause, once enough of this " +
    "one is renewed; when too much is not in time, the rotation ends itself. Certificates issued since it began are not " +
    "covered. An authority also takes the scope `authorities:write`.",
  callers: { operator: "certificates:write" },
  body: { kind: "json", schema: startRotationSchema },
  responses: {
    200: {
      description: "What would be rotated, as the registry's index shows it.",
      content: { kind: "json", schema: rotationPlanSchema },
    },
    201: {
      description: "The rotation. It begins within a minute.",
      headers: ["location"],
      content: { kind: "json", schema: rotationSchema },
    },
  },
  problems: ["resource.not_found", "rotation.exists", "registry.busy"],
} as const satisfies RouteContract;
