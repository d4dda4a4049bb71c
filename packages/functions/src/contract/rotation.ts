// A rotation in requests and answers.
import * as z from "zod";
import { authorityIdSchema, lotSchema, tenantSchema } from "#core/name.ts";
import { largestWave } from "#core/rotation/waves/part.ts";
import { rotationStates } from "#core/rotation/waves/rotation.ts";
import { timeSchema } from "./certificate.ts";

export const rotationIdSchema = z.string().regex(/^rot_[0-9a-f]{24}$/);
export const rotationParams = z.object({ id: z.string() });

const selectorSchema = z
  .union([
    z.strictObject({ tenant: tenantSchema, lot: lotSchema }),
    z.strictObject({ tenant: tenantSchema }),
    z.strictObject({ authority: authorityIdSchema }),
  ])
  .meta({ description: "A lot's, a tenant's or an authority's" });

const countSchema = z.int().min(0);

/** A rotation that lasts longer than this is a plan and no rotation. */
const longestSeconds = 30 * 86_400;

const settings = {
  waveSize: z.int().min(1).max(largestWave),
  pauseSeconds: z
    .int()
    .min(0)
    .max(longestSeconds)
    .meta({ description: "From one wave to the next, at least" }),
  deadlineSeconds: z.int().min(60).max(longestSeconds).meta({
    description: "How long a holder has to renew. Without the event it looks at its window once a day",
  }),
  abortThresholdPercent: z
    .int()
    .min(0)
    .max(100)
    .meta({ description: "More of a wave than this not renewed in time ends the rotation" }),
};

export const startRotationSchema = z.strictObject({
  certificates: selectorSchema,
  waveSize: settings.waveSize.default(1_000),
  pauseSeconds: settings.pauseSeconds.default(3_600),
  deadlineSeconds: settings.deadlineSeconds.default(2 * 86_400),
  abortThresholdPercent: settings.abortThresholdPercent.default(5),
  reason: z
    .string()
    .regex(/^\P{C}{1,200}$/u, "1 to 200 printable characters")
    .meta({ description: "Shown to the holders" }),
  explanationUrl: z
    .url({ protocol: /^https$/ })
    .max(253)
    .optional()
    .meta({ description: "A page with more, for people" }),
  apply: z.boolean().default(false).meta({ description: "False: only count what would be rotated" }),
});

export type StartRotationRequest = z.infer<typeof startRotationSchema>;

export const rotationPlanSchema = z
  .object({
    certificates: selectorSchema,
    counts: z.object({
      active: countSchema,
      held: countSchema,
      superseded: countSchema,
      revoked: countSchema,
      expired: countSchema,
    }),
    isComplete: z.boolean().meta({ description: "False: there are more, and counting was broken off" }),
    waves: countSchema,
    shortestSeconds: countSchema.meta({ description: "At half of the CA's rate, and with all pauses" }),
  })
  .meta({ id: "RotationPlan" });

export const rotationSchema = z
  .object({
    id: rotationIdSchema,
    certificates: selectorSchema,
    state: z.enum(rotationStates),
    abortedBecause: z.string().optional(),
    ...settings,
    reason: z.string(),
    explanationUrl: z.string().optional(),
    total: countSchema.meta({ description: "Active certificates when it began" }),
    totalIsComplete: z.boolean(),
    announced: countSchema.meta({ description: "Whose window was moved, and whose holder was told" }),
    renewed: countSchema,
    seen: countSchema.meta({ description: "Of those, whose successor was seen at the edge" }),
    failed: countSchema.meta({ description: "Not renewed in time" }),
    withdrawn: countSchema.meta({ description: "Revoked or held after they were announced" }),
    skipped: z
      .object({
        renewed: countSchema,
        held: countSchema,
        superseded: countSchema,
        revoked: countSchema,
        expired: countSchema,
      })
      .meta({ description: "Left alone when their turn came, and why" }),
    wave: z
      .object({
        number: z.int().min(1),
        startedAt: timeSchema,
        size: countSchema,
        isComplete: z.boolean().meta({ description: "Nothing more is chosen for it" }),
        announced: countSchema,
        renewed: countSchema,
        failed: countSchema,
      })
      .optional(),
    earliestEnd: timeSchema.optional().meta({
      description: "At half of the CA's rate, and with all pauses; holders may take until their deadline",
    }),
    createdBy: z.string(),
    createdAt: timeSchema,
    endedAt: timeSchema.optional(),
  })
  .meta({ id: "Rotation" });

export type RotationPlanBody = z.infer<typeof rotationPlanSchema>;
export type RotationBody = z.infer<typeof rotationSchema>;
export type SelectorBody = z.infer<typeof selectorSchema>;
