// POST /v1/rotations/{id}/{pause,resume,abort}.
import type { RouteContract } from "../http/contract.ts";
import { rotationParams, rotationSchema } from "./rotation.ts";

const shared = {
  method: "POST",
  callers: { operator: "certificates:write" },
  params: rotationParams,
  responses: { 200: { description: "The rotation.", content: { kind: "json", schema: rotationSchema } } },
  problems: ["resource.not_found", "rotation.ended", "registry.busy"],
} as const;

export const pauseRotation = {
  ...shared,
  path: "/v1/rotations/{id}/pause",
  summary: "Pause a rotation",
  description:
    "Nothing more is announced, and no wave is judged. What was announced may be renewed, and is counted; its " +
    "deadlines go on.",
} as const satisfies RouteContract;

export const resumeRotation = {
  ...shared,
  path: "/v1/rotations/{id}/resume",
  summary: "Let a paused rotation go on",
} as const satisfies RouteContract;

export const abortRotation = {
  ...shared,
  path: "/v1/rotations/{id}/abort",
  summary: "End a rotation",
  description: "What was announced stays announced: a renewal window is never shut. Counting ends.",
} as const satisfies RouteContract;
