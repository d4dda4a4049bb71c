// Webhooks and their dead letters as rows, parsed once, here.
import * as z from "zod";
import { deliverySchema } from "#core/webhook/delivery.ts";
import type { DeadLetter } from "#core/webhook/ports.ts";
import { type Webhook, type WebhookHealth, webhookEventSchema } from "#core/webhook/webhook.ts";
import type { Row } from "./rows.ts";
import { keys } from "./table.ts";

const date = z.iso.datetime().transform(text => new Date(text));

const secretSchema = z
  .object({ id: z.string(), createdAt: date, endsAt: date.optional() })
  .transform(({ endsAt, ...secret }) => ({ ...secret, ...(endsAt === undefined ? {} : { endsAt }) }));

const webhookRow = z.object({
  id: z.string(),
  url: z.string(),
  events: z.union([z.literal("all"), z.array(webhookEventSchema)]),
  note: z.string().optional(),
  secrets: z.array(secretSchema),
  version: z.number(),
  changedAt: date,
  changedBy: z.string(),
  lastSuccessAt: date.optional(),
  lastFailureAt: date.optional(),
  lastFailure: z.string().optional(),
  failuresInARow: z.number(),
  pausedUntil: date.optional(),
});

/** The health lies flat beside the rest: each try changes some of it alone. */
export function toWebhookRow({ health, secrets, changedAt, ...rest }: Webhook): Row {
  return {
    ...keys.webhook(rest.id),
    type: "webhook",
    ...rest,
    secrets: secrets.map(({ id, createdAt, endsAt }) => ({
      id,
      createdAt: createdAt.toISOString(),
      ...(endsAt === undefined ? {} : { endsAt: endsAt.toISOString() }),
    })),
    changedAt: changedAt.toISOString(),
    lastSuccessAt: health.lastSuccessAt?.toISOString(),
    lastFailureAt: health.lastFailureAt?.toISOString(),
    lastFailure: health.lastFailure,
    failuresInARow: health.failuresInARow,
    pausedUntil: health.pausedUntil?.toISOString(),
  };
}

export function fromWebhookRow(row: Row): Webhook {
  const { lastSuccessAt, lastFailureAt, lastFailure, failuresInARow, pausedUntil, ...rest } =
    webhookRow.parse(row);
  const health: WebhookHealth = {
    failuresInARow,
    ...(lastSuccessAt === undefined ? {} : { lastSuccessAt }),
    ...(lastFailureAt === undefined ? {} : { lastFailureAt }),
    ...(lastFailure === undefined ? {} : { lastFailure }),
    ...(pausedUntil === undefined ? {} : { pausedUntil }),
  };
  return { ...rest, health };
}

const deadLetterRow = deliverySchema
  .omit({ type: true })
  .extend({ eventType: z.string(), attempts: z.number(), reason: z.string(), diedAt: date });

/** So long a dead letter can be looked at. */
const keptSeconds = 30 * 86_400;

export function toDeadLetterRow({ type, diedAt, ...letter }: DeadLetter): Row {
  return {
    ...keys.webhookDeadLetter(letter.webhook, letter.timestamp, letter.message),
    type: "webhookDeadLetter",
    eventType: type,
    ...letter,
    diedAt: diedAt.toISOString(),
    expiresAtSeconds: Math.floor(diedAt.getTime() / 1_000) + keptSeconds,
  };
}

export function fromDeadLetterRow(row: Row): DeadLetter {
  const { eventType, ...letter } = deadLetterRow.parse(row);
  return { ...letter, type: eventType };
}
