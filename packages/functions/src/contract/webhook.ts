// What a webhook looks like in answers. Its secret is in two answers only: of its creation, and of a rotation.
import * as z from "zod";
import { webhookEventSchema, webhookIdSchema } from "#core/webhook/webhook.ts";
import { timeSchema } from "./certificate.ts";

const secretSchema = z.object({
  id: z.string().meta({ description: "Names the secret without being it" }),
  createdAt: timeSchema,
  endsAt: timeSchema.optional().meta({ description: "Signs until then, beside the newer one" }),
});

const webhook = {
  id: webhookIdSchema,
  url: z.string(),
  events: z.union([z.literal("all"), z.array(webhookEventSchema)]),
  note: z.string().optional(),
  secrets: z.array(secretSchema).meta({ description: "Newest first" }),
  version: z.int(),
  changedAt: timeSchema,
  changedBy: z.string(),
  lastSuccessAt: timeSchema
    .optional()
    .meta({ description: "Up to a minute behind while everything arrives" }),
  lastFailureAt: timeSchema.optional(),
  lastFailure: z.string().optional(),
  failuresInARow: z.int(),
  pausedUntil: timeSchema
    .optional()
    .meta({ description: "Five failures in a row: nothing is sent until then" }),
};

const deadLetterSchema = z.object({
  message: z.string().meta({ description: "Its `webhook-id`" }),
  type: z.string(),
  timestamp: z.iso.datetime(),
  data: z.record(z.string(), z.unknown()),
  attempts: z.int(),
  reason: z.string(),
  diedAt: timeSchema,
});

export const webhookSchema = z.object(webhook).meta({ id: "Webhook" });

export const newWebhookSchema = z
  .object({
    ...webhook,
    secret: z
      .string()
      .regex(/^whsec_[A-Za-z0-9+/]{43}=$/)
      .meta({ description: "Shown once: nobody can read it again" }),
  })
  .meta({ id: "NewWebhook" });

export const webhookWithDeadLettersSchema = z
  .object({
    ...webhook,
    deadLetters: z
      .array(deadLetterSchema)
      .meta({ description: "Deliveries that were given up: the 20 newest events of the last 30 days" }),
  })
  .meta({ id: "WebhookWithDeadLetters" });

export const webhookListSchema = z.object({ webhooks: z.array(webhookSchema) }).meta({ id: "WebhookList" });

export type WebhookBody = z.infer<typeof webhookSchema>;
export type WebhookWithDeadLettersBody = z.infer<typeof webhookWithDeadLettersSchema>;

export const webhookParams = z.object({ id: z.string() });
