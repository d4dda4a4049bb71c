// `Certificate Compromise Reported`, version 1: what security automation puts on the bus.
// The JSON Schema in docs/events/ is generated from this.
import * as z from "zod";
import { revocationReasons } from "#core/certificate/certificate.ts";
import { authorityIdSchema, holderSchema, lotSchema, tenantSchema } from "#core/name.ts";

export const reportSelectorSchema = z.union([
  z.strictObject({
    /** Any documented spelling: colons, case, sign octet and leading zeros do not matter. */
    serial: z.string().min(1).max(80),
    /** Without it, every authority is asked for the serial. */
    authority: authorityIdSchema.optional(),
  }),
  z.strictObject({ sha256: z.string().regex(/^(?:[0-9a-fA-F]{2}:?){32}$/, "64 hex digits, colons allowed") }),
  /** SHA-256 of the public key's SubjectPublicKeyInfo: every certificate with this key, of every tenant. */
  z.strictObject({
    spkiSha256: z.string().regex(/^(?:[0-9a-fA-F]{2}:?){32}$/, "64 hex digits, colons allowed"),
  }),
  z.strictObject({ tenant: tenantSchema, holder: holderSchema }),
  /** The whole lot, what would be issued in it later included. */
  z.strictObject({ tenant: tenantSchema, lot: lotSchema }),
]);

export const compromiseReportedSchema = z.strictObject({
  version: z.literal("1"),
  certificate: reportSelectorSchema,
  reason: z.enum(revocationReasons).default("keyCompromise"),
  /** Certificates that were issued by renewing these go too: the thief may have renewed. */
  lineage: z.boolean().default(false),
  note: z.string().max(500).optional(),
});

export type CompromiseReported = z.infer<typeof compromiseReportedSchema>;
export type ReportSelector = z.infer<typeof reportSelectorSchema>;

export const compromiseReportedDetailType = "Certificate Compromise Reported";
