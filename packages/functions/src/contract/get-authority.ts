// GET /v1/authorities/{id}.
import * as z from "zod";
import { authorityIdSchema } from "#core/name.ts";
import { authorityChanges } from "#core/roll-over/changes.ts";
import type { RouteContract } from "../http/contract.ts";
import { authoritySchema, slotsSchema } from "./authority.ts";
import { timeSchema } from "./certificate.ts";

const againstSchema = z.object({ code: z.string(), detail: z.string(), mayBeForced: z.boolean() });

const authorityRollOverSchema = z
  .object({
    ...authoritySchema.shape,
    slots: slotsSchema.optional().meta({ description: "Of a managed authority" }),
    trusted: z.boolean().meta({ description: "The trust bundle in force holds its CA" }),
    stateChangedAt: timeSchema.optional(),
    rehearsal: z
      .object({ certificate: z.string(), at: timeSchema })
      .optional()
      .meta({ description: "The last certificate of it that came through the edge before it issued" }),
    seen: z
      .object({
        certificates: z.int().min(0),
        sharePercent: z.number().min(0).max(100).optional().meta({ description: "Of all that were seen" }),
      })
      .meta({
        description:
          "Its certificates that the connection log showed, in today's and yesterday's count (UTC)",
      }),
    changes: z
      .array(z.object({ change: z.enum(authorityChanges), against: z.array(againstSchema) }))
      .meta({ description: "The changes that lead on from its state, and what stands against each" }),
  })
  .meta({ id: "AuthorityRollOver" });

export type AuthorityRollOverBody = z.infer<typeof authorityRollOverSchema>;

export const getAuthority = {
  method: "GET",
  path: "/v1/authorities/{id}",
  summary: "An authority in its roll-over",
  callers: { operator: "certificates:read" },
  params: z.object({ id: authorityIdSchema }),
  responses: {
    200: {
      description: "The authority, and what stands against each change of its state.",
      content: { kind: "json", schema: authorityRollOverSchema },
    },
  },
  problems: ["resource.not_found"],
} as const satisfies RouteContract;
