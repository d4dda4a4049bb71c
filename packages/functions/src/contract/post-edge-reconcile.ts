// POST /v1/edge/reconcile.
import * as z from "zod";
import { differenceKinds } from "#core/publication/difference.ts";
import type { RouteContract } from "../http/contract.ts";
import { timeSchema } from "./certificate.ts";

const countSchema = z.int().min(0);

export const reconciliationSchema = z
  .object({
    id: z.string(),
    startedAt: timeSchema,
    finishedAt: timeSchema,
    complete: z.boolean().meta({ description: "False: time ran out, the next run goes on" }),
    keysCompared: countSchema,
    differences: z.record(
      z.enum(differenceKinds),
      z.object({
        count: countSchema,
        keys: z.array(z.string()).readonly().meta({ description: "At most 100 of them" }),
      }),
    ),
    inFlight: countSchema,
    keysWritten: countSchema,
    calls: countSchema,
    conflicts: countSchema,
    totalBytes: countSchema,
    keyCount: countSchema,
    storeFull: z.boolean(),
  })
  .meta({ id: "Reconciliation" });

export type ReconciliationBody = z.infer<typeof reconciliationSchema>;

export const postEdgeReconcile = {
  method: "POST",
  path: "/v1/edge/reconcile",
  summary: "Compare the edge store with the registry now, and repair it",
  callers: { operator: "authorities:write" },
  responses: {
    200: {
      description: "What was found and written.",
      content: { kind: "json", schema: reconciliationSchema },
    },
  },
  problems: ["edge_store.contended", "edge_store.unavailable"],
} as const satisfies RouteContract;
