// A revocation plan in requests and answers.
import * as z from "zod";
import { certificateStates, revocationReasons } from "#core/certificate/certificate.ts";
import { parseCertificateReference } from "#core/certificate/certificate-reference.ts";
import { authorityIdSchema, holderSchema, lotSchema, tenantSchema } from "#core/name.ts";
import { planActions, planStates } from "#core/plan/plan.ts";
import { edgeStates } from "#core/plan/progress.ts";
import { mostLots } from "#core/plan/selector.ts";
import { sha256Schema, timeSchema } from "./certificate.ts";

export const planIdSchema = z.string().regex(/^pln_[0-9a-f]{24}$/);
export const planParams = z.object({ id: z.string() });

const hexDigest = z
  .string()
  .regex(/^(?:[0-9a-fA-F]{2}:?){31}[0-9a-fA-F]{2}$/, "64 hex digits, colons allowed")
  .meta({ description: "64 hex digits, colons allowed" });

const momentSchema = z.iso.datetime().meta({ description: "UTC" });

const interval = { issuedFrom: momentSchema, issuedTo: momentSchema };
const isForward = ({ issuedFrom, issuedTo }: { issuedFrom: string; issuedTo: string }): boolean =>
  new Date(issuedFrom) < new Date(issuedTo);
const backwards = { message: "the interval ends after it begins", path: ["issuedTo"] };

const filterSchema = z
  .strictObject({
    tenant: tenantSchema.optional(),
    holder: holderSchema.optional(),
    lot: lotSchema.optional(),
    authority: authorityIdSchema.optional(),
    state: z.enum(certificateStates).optional(),
    expiresBefore: momentSchema.optional(),
  })
  .refine(({ tenant, authority }) => tenant !== undefined || authority !== undefined, {
    message: "name a tenant or an authority",
  })
  .refine(({ tenant, holder, lot }) => tenant !== undefined || (holder ?? lot) === undefined, {
    message: "a holder or a lot is one of a tenant: name the tenant",
  })
  .meta({ description: "What GET /v1/certificates would list" });

export const planSelectorSchema = z
  .union([
    z
      .strictObject({
        certificate: z
          .string()
          .max(128)
          .refine(text => parseCertificateReference(text) !== undefined, "an id, a serial or a SHA-256")
          .meta({ description: "Our id, the serial in any spelling, or the SHA-256 of the DER" }),
        authority: authorityIdSchema
          .optional()
          .meta({ description: "Of a serial; without it every managed authority is asked" }),
      })
      .refine(
        ({ certificate, authority }) =>
          authority === undefined || parseCertificateReference(certificate)?.kind === "serial",
        { message: "only a serial is one of an authority", path: ["authority"] },
      ),
    z.strictObject({ sha256: hexDigest }),
    z.strictObject({ spkiSha256: hexDigest }),
    z.strictObject({ tenant: tenantSchema, holder: holderSchema }),
    z.strictObject({ tenant: tenantSchema, lot: lotSchema }),
    z.strictObject({ tenant: tenantSchema, lots: z.array(lotSchema).min(1).max(mostLots) }),
    z.strictObject({ tenant: tenantSchema }),
    z.strictObject({ authority: authorityIdSchema }),
    z.strictObject({ tenant: tenantSchema, ...interval }).refine(isForward, backwards),
    z.strictObject({ authority: authorityIdSchema, ...interval }).refine(isForward, backwards),
    z.strictObject({ query: filterSchema }),
  ])
  .meta({ description: "Exactly one of these shapes" });

export type PlanSelectorBody = z.infer<typeof planSelectorSchema>;

const lineText = (most: number) =>
  z.string().regex(new RegExp(`^\\P{C}{1,${most}}$`, "u"), `1 to ${most} printable characters`);

export const newPlanSchema = z
  .strictObject({
    certificates: planSelectorSchema,
    action: z
      .enum(["revoke", "hold"])
      .default("revoke")
      .meta({ description: "A whole authority has routes of its own: distrust and not-before-floor" }),
    reason: z.enum(revocationReasons),
    lineage: z.boolean().default(false).meta({ description: "The successors of what is selected go too" }),
    note: lineText(500).optional(),
    ticket: lineText(100).optional(),
    until: momentSchema.optional().meta({ description: "Of a hold: when it ends by itself" }),
  })
  .refine(({ action, until }) => until === undefined || action === "hold", {
    message: "only a hold ends by itself",
    path: ["until"],
  });

export type NewPlanRequest = z.infer<typeof newPlanSchema>;

const hashBody = { hash: sha256Schema.meta({ description: "The plan's, as it was read" }) };

export const approvePlanSchema = z.strictObject(hashBody);
export const applyPlanSchema = z.strictObject({
  ...hashBody,
  leaveOutNew: z.boolean().default(false).meta({
    description:
      "Apply what was counted although more certificates fit the selector by now; these are not touched. Not for lots",
  }),
});

const countSchema = z.int().min(0);

const countsSchema = z.object({
  certificates: countSchema.meta({ description: "Those that would be refused" }),
  byState: z
    .object({
      active: countSchema,
      held: countSchema,
      superseded: countSchema,
      revoked: countSchema,
      expired: countSchema,
    })
    .meta({ description: "All that the selector covers" }),
  tenants: countSchema.meta({ description: "1000 stands for that many or more; so with `lots`" }),
  lots: countSchema,
  successors: countSchema.meta({ description: "Of `certificates`: added because of `lineage`" }),
  seenLastDay: countSchema.meta({ description: "At the edge in the 24 hours before the plan" }),
  holdersLeftWithNone: countSchema,
  examined: countSchema.meta({
    description: "How many certificates the two before were read from; fewer than there are: estimates",
  }),
  rowsRead: countSchema,
  pages: countSchema,
  serials: countSchema.meta({ description: "Certificates of authorities without slots" }),
  storeBytes: countSchema.meta({ description: "In the edge store, if nothing else were refused there" }),
  storeCalls: countSchema,
  caSeconds: countSchema.meta({ description: "How long the CA is told in the background" }),
});

const stepSchema = z.object({ by: z.string(), at: timeSchema, requestId: z.string() });

const progressSchema = z.object({
  edge: z.enum(edgeStates),
  appliedAt: timeSchema,
  publishedAt: timeSchema.optional(),
  effectiveAt: timeSchema.optional(),
  liftedAt: timeSchema.optional(),
  orders: countSchema,
  keys: countSchema,
  certificates: countSchema,
  followed: countSchema.meta({ description: "Certificates whose own rows say so by now" }),
  followedAt: timeSchema.optional(),
  owedToCa: countSchema,
  owedToCaIsComplete: z.boolean(),
});

export const planSchema = z
  .object({
    id: planIdSchema,
    state: z.enum(planStates),
    action: z.enum(planActions),
    certificates: planSelectorSchema,
    lineage: z.boolean(),
    reason: z.enum(revocationReasons),
    note: z.string().optional(),
    ticket: z.string().optional(),
    until: timeSchema.optional(),
    floorAt: timeSchema.optional(),
    sourceEvent: z.string().optional(),
    author: z.string(),
    createdAt: timeSchema,
    expiresAt: timeSchema,
    counted: countSchema.optional().meta({ description: "While it is counted: certificates found so far" }),
    counts: countsSchema.optional(),
    hash: sha256Schema
      .optional()
      .meta({ description: "Of the action, the reason, the selector and each slot" }),
    approvalNeeded: z.array(z.string()).meta({ description: "Why another than the author has to approve" }),
    approval: stepSchema.optional(),
    application: stepSchema.optional(),
    appliedAt: timeSchema.optional().meta({ description: "When all of it was ordered" }),
    cancellation: stepSchema.optional(),
    failedBecause: z.string().optional(),
    progress: progressSchema.optional().meta({ description: "Of a plan that is applied; not in lists" }),
  })
  .meta({ id: "RevocationPlan" });

export type PlanBody = z.infer<typeof planSchema>;
export type PlanProgressBody = z.infer<typeof progressSchema>;
