// PUT /v1/lots/{lot}.
import * as z from "zod";
import type { RouteContract } from "../http/contract.ts";
import { lotBodySchema, lotParams, lotQuery, lotSizeSchema } from "./lot.ts";

export const announceLotSchema = z.strictObject({ size: lotSizeSchema });

export const putLot = {
  method: "PUT",
  path: "/v1/lots/{lot}",
  summary: "Announce a lot and its size",
  description:
    "Optional: a lot that was not announced gets a block of 4,096 slots, and another when that is used up. The size may " +
    "be changed until the first certificate.",
  callers: { operator: "certificates:write" },
  params: lotParams,
  query: lotQuery,
  body: { kind: "json", schema: announceLotSchema },
  responses: { 200: { description: "The lot.", content: { kind: "json", schema: lotBodySchema } } },
  problems: ["resource.not_found", "lot.started", "lot.revoked", "registry.busy"],
} as const satisfies RouteContract;
