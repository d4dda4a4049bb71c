// A renewal window in requests and answers, after RFC 9773.
import * as z from "zod";
import { longestSpreadSeconds } from "#core/renewal/window-move.ts";
import { timeSchema } from "./certificate.ts";

const reasonSchema = z
  .string()
  .regex(/^\P{C}{1,200}$/u, "1 to 200 printable characters")
  .meta({ description: "Shown to the holder" });

const explanationUrlSchema = z
  .url({ protocol: /^https$/ })
  .max(253)
  .meta({ description: "A page with more, for people" });

const spreadSchema = z
  .int()
  .min(0)
  .max(longestSpreadSeconds)
  .meta({ description: "Over how long the certificates are spread, evenly, from the start on" });

export const moveWindowSchema = z.strictObject({
  start: z.union([z.literal("now"), z.iso.datetime()]),
  reason: reasonSchema,
  explanationUrl: explanationUrlSchema.optional(),
  spreadSeconds: spreadSchema.optional(),
});

const shown = { reason: z.string().optional(), explanationUrl: z.string().optional() };

export const renewalWindowSchema = z
  .object({
    start: timeSchema,
    end: timeSchema.meta({
      description: "Renew at a random moment between the two; at once when it has passed",
    }),
    retryAfterSeconds: z.int().min(1).meta({ description: "When to look again, as in `Retry-After`" }),
    ...shown,
  })
  .meta({ id: "RenewalWindow" });

export const movedWindowsSchema = z
  .object({ start: timeSchema, spreadSeconds: spreadSchema, ...shown })
  .meta({ id: "MovedRenewalWindows" });

export type RenewalWindowBody = z.infer<typeof renewalWindowSchema>;
export type MovedWindowsBody = z.infer<typeof movedWindowsSchema>;
