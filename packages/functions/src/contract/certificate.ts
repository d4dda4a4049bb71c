// What a certificate looks like in answers: what never changes, what its state adds, and the row of a listing.
import * as z from "zod";
import { certificateStates, revocationReasons } from "#core/certificate/certificate.ts";
import { authorityIdSchema, holderSchema, lotSchema, tenantSchema } from "#core/name.ts";
import { edgeRefusals } from "#core/publication/refusal-at-edge.ts";

/** UTC, whole seconds. */
export const timeSchema = z.iso.datetime({ precision: 0 }).meta({ id: "Time" });

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
export const enrolmentIdSchema = z.string().regex(/^enr_[0-9a-f]{32}$/);
export const certificateIdSchema = z
  .string()
  .regex(/^[a-z][a-z0-9]{1,7}-(?:[0-9a-f]{2}){1,20}$/)
  .meta({ description: "`<authority>-<serial>`" });
const serialSchema = z
  .string()
  .regex(/^(?:[0-9a-f]{2}){1,20}$/)
  .meta({ description: "Lower-case hex, an even number of digits, no leading zero octet, no colon" });
const pemSchema = z.string().meta({ description: "PEM" });

/** Who and what it is, from issuance on. */
const identity = {
  id: certificateIdSchema,
  tenant: tenantSchema,
  holder: holderSchema,
  profile: z.string(),
  lot: lotSchema.optional(),
  authority: authorityIdSchema,
  serial: serialSchema,
  sha256: sha256Schema.meta({ description: "Of the certificate's DER" }),
  notBefore: timeSchema,
  notAfter: timeSchema,
};

const stateSchema = z.enum(certificateStates);

const revocationSchema = z.object({
  reason: z.enum(revocationReasons),
  revokedAt: timeSchema,
  actor: z.string(),
  atCa: timeSchema.optional().meta({ description: "When the CA acknowledged it" }),
});

const holdSchema = z.object({
  reason: z.string(),
  heldAt: timeSchema,
  actor: z.string(),
  until: timeSchema.optional().meta({ description: "When it ends by itself, to within five minutes" }),
});

/** Only what never changes: every reply to one enrolment is byte-equal (invariant I2). */
export const issuedCertificateSchema = z
  .object({ enrolment: enrolmentIdSchema, ...identity, certificate: pemSchema, chain: pemSchema })
  .meta({ id: "IssuedCertificate" });

export const certificateSchema = z
  .object({
    ...identity,
    state: stateSchema,
    edge: z.enum(edgeRefusals).optional().meta({
      description:
        "Of one that is refused: `recorded` in the registry, `published` to the edge store, `effective` at every edge. Absent where the store does not answer",
    }),
    enrolment: enrolmentIdSchema,
    renews: certificateIdSchema.optional().meta({ description: "The certificate before it" }),
    renewedBy: certificateIdSchema.optional().meta({ description: "The one after it" }),
    lastSeenAt: timeSchema.optional().meta({
      description: "When a connection log showed it at the edge; up to a day behind while it is in use",
    }),
    supersededAt: timeSchema
      .optional()
      .meta({ description: "When its successor was proved, or took its place" }),
    returnedAt: timeSchema.optional().meta({
      description: "When it was at the edge again although it was superseded: somebody may have a copy",
    }),
    hold: holdSchema.optional().meta({ description: "Of one that an operator holds" }),
    revocation: revocationSchema.optional(),
    certificate: pemSchema,
  })
  .meta({ id: "Certificate" });

export const listedCertificateSchema = z
  .object({ ...identity, state: stateSchema })
  .meta({ id: "ListedCertificate" });

export type IssuedCertificateBody = z.infer<typeof issuedCertificateSchema>;
export type CertificateBody = z.infer<typeof certificateSchema>;
export type ListedCertificateBody = z.infer<typeof listedCertificateSchema>;
