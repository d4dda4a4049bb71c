// GET /v1/rotations/{id}.
import type { RouteContract } from "../http/contract.ts";
import { rotationParams, rotationSchema } from "./rotation.ts";

export const getRotation = {
  method: "GET",
  path: "/v1/rotations/{id}",
  summary: "How far a rotation has come",
  callers: { operator: "certificates:read" },
  params: rotationParams,
  responses: { 200: { description: "The rotation.", content: { kind: "json", schema: rotationSchema } } },
  problems: ["resource.not_found"],
} as const satisfies RouteContract;
