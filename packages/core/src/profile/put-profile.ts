// Records an operator's profile. It counts for requests that come from then on, within a few seconds; certificates that
// were asked for before keep what they were asked for with.
import * as z from "zod";
import { actorOf, type Caller, requireScope } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import { altNameTemplateSchema, holderUrn } from "./alternative-name.ts";
import type { ProfileRegistry, RecordedProfile } from "./ports.ts";
import { askers, isBuiltIn, keyTypes, onReturns, templateArn } from "./profile.ts";

const distinct = (values: readonly unknown[]): boolean =>
  new Set(values.map(value => JSON.stringify(value))).size === values.length;
const once = "each once";

const keyTypeSchema = z.enum(keyTypes, {
  error: ({ input }) =>
    input === "p-521"
      ? "CloudFront's trust store documents P-256 and P-384 only, so a P-521 key may be refused at the edge"
      : `one of ${keyTypes.join(", ")}`,
});

const renewalSchema = z.strictObject({
  /** The window closes at 90, and has to be open for a while. */
  opensAtPercent: z.int().min(10).max(85).default(66),
  keyReuse: z.enum(["refuse", "allow"]).default("refuse"),
  graceDays: z.int().min(0).max(90).default(0),
  overlapDays: z.int().min(0).max(90).default(7),
  onReturn: z.enum(onReturns).default("tell"),
  expiringDays: z.array(z.int().min(1).max(365)).max(8).optional(),
});

export const profileDefinitionSchema = z
  .strictObject({
    /** The version that this one replaces; left out for a new profile. */
    version: z.int().min(1).optional(),
    lifetimeDays: z.int().min(1).max(3_650),
    askedBy: z.array(z.enum(askers)).min(1).refine(distinct, once),
    keyTypes: z
      .array(keyTypeSchema)
      .min(1)
      .refine(distinct, once)
      .default([...keyTypes]),
    onUnexpected: z.enum(["refuse", "ignore"]).default("refuse"),
    altNames: z.array(altNameTemplateSchema).min(1).max(4).refine(distinct, once).default([holderUrn]),
    /** The one there is: what a CSR asks for never reaches a certificate by another (threat B2). */
    templateArn: z.literal(templateArn).optional(),
    renewal: renewalSchema.default(renewalSchema.parse({})),
  })
  .superRefine(({ lifetimeDays, renewal }, context) => {
    const complain = (member: keyof typeof renewal, message: string): void => {
      context.addIssue({ code: "custom", message, path: ["renewal", member] });
    };
    const days = renewal.expiringDays ?? [];
    if (days.some((day, index) => day >= (days[index - 1] ?? lifetimeDays)))
      complain("expiringDays", "fewer days each than the one before, and than the lifetime");
    if (renewal.overlapDays >= lifetimeDays) complain("overlapDays", "fewer days than the lifetime");
  });

export type ProfileDefinition = z.infer<typeof profileDefinitionSchema>;

export type PutProfileDeps = { readonly registry: ProfileRegistry; readonly now: () => Date };

/** Refuses with `caller.forbidden`, `profile.built_in` and `resource.changed`. */
export async function putProfile(
  deps: PutProfileDeps,
  input: {
    readonly caller: Caller;
    readonly name: string;
    readonly definition: ProfileDefinition;
    readonly requestId: string;
  },
): Promise<RecordedProfile> {
  const { caller, name, definition, requestId } = input;
  requireScope(caller, "authorities:write");
  if (isBuiltIn(name)) fail("profile.built_in", { name });
  const { version: replaced = 0, templateArn: _, renewal, ...policy } = definition;
  const now = deps.now();
  const profile: RecordedProfile = {
    ...policy,
    name,
    renewal: { ...renewal, expiringDays: renewal.expiringDays ?? expiringWithin(policy.lifetimeDays) },
    version: replaced + 1,
    changedAt: now,
    changedBy: actorOf(caller),
  };
  const current = await deps.registry.recordProfile(profile, {
    subject: name,
    action: "profile.recorded",
    actor: actorOf(caller),
    requestId,
    at: now,
    facts: { version: String(profile.version), policy: JSON.stringify(policy) },
  });
  if (current !== undefined) fail("resource.changed", { version: current });
  return profile;
}

/** The usual warnings, as far as they fit. */
function expiringWithin(lifetimeDays: number): readonly number[] {
  return [30, 14, 7, 1].filter(days => days < lifetimeDays);
}
