// POST /v1/lots/{lot}/manifest.
import * as z from "zod";
import { holderSchema, lotSchema } from "#core/name.ts";
import type { RouteContract } from "../http/contract.ts";
import { lotParams, lotQuery } from "./lot.ts";

/** Fifty transactions of the registry, a few seconds. */
export const mostHolders = 5_000;

export const expectedHolderSchema = z.strictObject({ holder: holderSchema });

export const manifestSchema = z
  .object({
    lot: lotSchema,
    added: z.int().min(0).meta({ description: "Of the holders of this call, those that were not on it" }),
    expectedHolders: z.int().min(0).meta({ description: "On the manifest by now" }),
  })
  .meta({ id: "Manifest" });

export type ManifestBody = z.infer<typeof manifestSchema>;

export const postLotManifest = {
  method: "POST",
  path: "/v1/lots/{lot}/manifest",
  summary: "Add expected holders to a lot's manifest",
  description:
    `One holder per line, at most ${mostHolders} a call; a larger manifest is posted in parts. With a manifest, nobody ` +
    "else is enrolled into the lot, and each holder has one current certificate of it. One line that is malformed " +
    "refuses the call, and nothing of it is written.",
  callers: { operator: "certificates:write" },
  params: lotParams,
  query: lotQuery,
  body: { kind: "lines", schema: expectedHolderSchema },
  responses: { 200: { description: "Added.", content: { kind: "json", schema: manifestSchema } } },
  problems: ["resource.not_found", "lot.started", "lot.revoked", "registry.busy"],
} as const satisfies RouteContract;
