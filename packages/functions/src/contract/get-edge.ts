// GET /v1/edge.
import * as z from "zod";
import { authorityStates } from "#core/authority/authority.ts";
import { differenceKinds } from "#core/publication/difference.ts";
import { usageLevels } from "#core/publication/store-usage.ts";
import type { RouteContract } from "../http/contract.ts";
import { timeSchema } from "./certificate.ts";

const countSchema = z.int().min(0);

const reconciliationSummarySchema = z.object({
  id: z.string(),
  finishedAt: timeSchema,
  complete: z.boolean(),
  keysCompared: countSchema,
  differences: z.record(z.enum(differenceKinds), countSchema),
  inFlight: countSchema,
  keysWritten: countSchema,
  storeFull: z.boolean(),
});

const authorityPagesSchema = z.object({
  id: z.string(),
  state: z.enum(authorityStates),
  layout: z.enum(["slots", "serials"]),
  firstLiveSlot: countSchema.optional(),
  nextSlot: countSchema.optional(),
  provisionedSlots: countSchema.optional(),
  pages: countSchema.optional(),
});

export const edgeSchema = z
  .object({
    generation: countSchema.optional().meta({ description: "When the store was last written, epoch ms" }),
    generationAgeSeconds: countSchema.optional(),
    store: z
      .object({
        bytes: countSchema,
        limitBytes: countSchema,
        keys: countSchema,
        level: z.enum(usageLevels),
      })
      .optional(),
    reconciliation: reconciliationSummarySchema.optional(),
    authorities: z.array(authorityPagesSchema),
  })
  .meta({ id: "Edge" });

export type EdgeBody = z.infer<typeof edgeSchema>;

export const getEdge = {
  method: "GET",
  path: "/v1/edge",
  summary: "What the edge store held when last written, and what the last reconciliation found",
  callers: { operator: "certificates:read" },
  responses: {
    200: { description: "The edge.", content: { kind: "json", schema: edgeSchema } },
  },
  problems: [],
} as const satisfies RouteContract;
