// What a profile looks like in answers.
import * as z from "zod";
import { profileNameSchema } from "#core/name.ts";
import { askers, keyTypes, onReturns, templateArn } from "#core/profile/profile.ts";
import { timeSchema } from "./certificate.ts";

export const profileSchema = z
  .object({
    name: profileNameSchema,
    builtIn: z.boolean(),
    lifetimeDays: z.int(),
    askedBy: z.array(z.enum(askers)).meta({ description: "Empty: edgecert's own jobs alone" }),
    keyTypes: z.array(z.enum(keyTypes)),
    onUnexpected: z.enum(["refuse", "ignore"]),
    altNames: z.array(z.object({ kind: z.enum(["uri", "dns"]), template: z.string() })),
    templateArn: z.literal(templateArn),
    renewal: z.object({
      opensAtPercent: z.int(),
      keyReuse: z.enum(["refuse", "allow"]),
      graceDays: z.int(),
      overlapDays: z.int(),
      onReturn: z.enum(onReturns).meta({
        description: "When a superseded certificate comes back: the event alone, or its lineage is held",
      }),
      expiringDays: z.array(z.int()),
    }),
    version: z.int().optional().meta({ description: "Of a profile that is not built in" }),
    changedAt: timeSchema.optional(),
    changedBy: z.string().optional(),
  })
  .meta({ id: "Profile" });

export type ProfileBody = z.infer<typeof profileSchema>;

export const profileParams = z.object({ name: z.string() });
