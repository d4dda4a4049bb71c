// What a webhook looks like in answers.
import { isoSeconds } from "#core/event/outgoing.ts";
import type { DeadLetter } from "#core/webhook/ports.ts";
import type { Webhook } from "#core/webhook/webhook.ts";
import type { WebhookBody, WebhookWithDeadLettersBody } from "../contract/webhook.ts";

export function presentWebhook({ events, secrets, health, changedAt, note, ...rest }: Webhook): WebhookBody {
  const { lastSuccessAt, lastFailureAt, lastFailure, failuresInARow, pausedUntil } = health;
  return {
    ...rest,
    events: events === "all" ? events : [...events],
    ...(note === undefined ? {} : { note }),
    secrets: secrets.map(({ id, createdAt, endsAt }) => ({
      id,
      createdAt: isoSeconds(createdAt),
      ...(endsAt === undefined ? {} : { endsAt: isoSeconds(endsAt) }),
    })),
    changedAt: isoSeconds(changedAt),
    ...(lastSuccessAt === undefined ? {} : { lastSuccessAt: isoSeconds(lastSuccessAt) }),
    ...(lastFailureAt === undefined ? {} : { lastFailureAt: isoSeconds(lastFailureAt) }),
    ...(lastFailure === undefined ? {} : { lastFailure }),
    failuresInARow,
    ...(pausedUntil === undefined ? {} : { pausedUntil: isoSeconds(pausedUntil) }),
  };
}

export function presentDeadLetter({
  webhook: _,
  diedAt,
  ...letter
}: DeadLetter): WebhookWithDeadLettersBody["deadLetters"][number] {
  return { ...letter, diedAt: isoSeconds(diedAt) };
}
