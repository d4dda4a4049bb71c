// What authorities and their revocation lists look like in answers.
import * as z from "zod";
import { authorityStates } from "#core/authority/authority.ts";
import { authorityIdSchema } from "#core/name.ts";
import { sha256Schema, timeSchema } from "./certificate.ts";

const countSchema = z.int().min(0);

const crl = {
  state: z.enum(["applying", "applied"]),
  number: z.string().regex(/^\d+$/).optional(),
  thisUpdate: timeSchema,
  nextUpdate: timeSchema,
  sha256: sha256Schema.meta({ description: "Of the list's DER" }),
  entries: countSchema,
  added: countSchema,
  removed: countSchema,
  unchanged: countSchema,
};

export const crlSchema = z.object(crl);

export const importedCrlSchema = z
  .object({ authority: authorityIdSchema, ...crl })
  .meta({ id: "ImportedRevocationList" });

const authority = {
  id: authorityIdSchema,
  kind: z.enum(["managed", "adopted", "foreign"]),
  state: z.enum(authorityStates),
  layout: z.enum(["slots", "serials"]),
  caArn: z.string().optional().meta({ description: "Of a Private CA; a foreign authority has none" }),
  issuer: z.string().meta({ description: "The CA's subject, as the edge compares it" }),
  notAfter: timeSchema,
};

export const authoritySchema = z.object(authority).meta({ id: "Authority" });

export const slotsSchema = z.object({ firstLive: countSchema, next: countSchema, provisioned: countSchema });

export const authorityAtEdgeSchema = z
  .object({
    ...authority,
    slots: slotsSchema.optional().meta({ description: "Of a managed authority" }),
    revokedSerials: countSchema.optional().meta({ description: "Of an authority without slots" }),
    crl: crlSchema.optional().meta({ description: "The last revocation list that was taken" }),
  })
  .meta({ id: "AuthorityAtEdge" });

export type AuthorityBody = z.infer<typeof authoritySchema>;
export type AuthorityAtEdgeBody = z.infer<typeof authorityAtEdgeSchema>;
export type SlotsBody = z.infer<typeof slotsSchema>;
export type CrlBody = z.infer<typeof crlSchema>;
