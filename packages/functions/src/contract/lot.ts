// What the routes of a lot share: its name, whose it is, and what it looks like in answers.
import * as z from "zod";
import { largestLot } from "#core/authority/lot.ts";
import { authorityIdSchema, lotSchema, tenantSchema } from "#core/name.ts";
import { timeSchema } from "./certificate.ts";

export const lotParams = z.object({ lot: lotSchema });

export const lotQuery = z.strictObject({
  tenant: tenantSchema
    .optional()
    .meta({ description: "An operator names it; for everybody else it is their own" }),
});

export const lotSizeSchema = z.int().min(1).max(largestLot);

const countSchema = z.int().min(0);

export const lotBodySchema = z
  .object({
    lot: lotSchema,
    tenant: tenantSchema,
    state: z.enum(["open", "revoked"]),
    announcedSize: lotSizeSchema.optional(),
    expectedHolders: countSchema.optional().meta({ description: "On the manifest; absent: there is none" }),
    slotsUsed: countSchema.meta({
      description: "Slots that were handed out for enrolments: at least one for each certificate of the lot",
    }),
    issued: countSchema.optional().meta({
      description:
        "Certificates issued, renewals not counted, a second behind; absent when the lot spans more than four pages",
    }),
    blocks: z.array(
      z.object({
        authority: authorityIdSchema,
        kind: z.enum(["lot", "renewal"]),
        firstSlot: countSchema,
        size: countSchema,
        used: countSchema,
        usableUntil: timeSchema,
      }),
    ),
    revokedAt: timeSchema.optional(),
  })
  .meta({ id: "Lot" });

export type LotBody = z.infer<typeof lotBodySchema>;
