// One try to deliver one event: signed, sent, and what becomes of it when the receiver does not take it.
import { bodyOf, type Delivery, signedHeaders } from "./delivery.ts";
import type { DeliveryRegistry, PostToReceiver } from "./ports.ts";
import { deriveSecret } from "./secret.ts";
import { activeSecrets, type Webhook, wants } from "./webhook.ts";

export type DeliverDeps = {
  readonly registry: DeliveryRegistry;
  readonly post: PostToReceiver;
  readonly webhookKey: string;
  readonly now: () => Date;
};

export type Delivered =
  | { readonly kind: "delivered" }
  /** The webhook is gone, or wants such events no longer. */
  | { readonly kind: "dropped" }
  | { readonly kind: "postponed"; readonly delaySeconds: number; readonly reason: string }
  /** On record with its reason, and not tried again. */
  | { readonly kind: "dead"; readonly reason: string };

/** After each try but the last: together 28 hours. SQS hides a message for twelve hours at most. */
export const retryDelaysSeconds = [5, 30, 300, 1_800, 7_200, 18_000, 36_000, 36_000] as const;
export const mostAttempts = retryDelaysSeconds.length + 1;

const pausesFromFailures = 5;
const shortestPauseSeconds = 30;
const longestPauseSeconds = 900;
const successNotedEveryMs = 60_000;

/** `attempt`: from 1. One that falls into a pause counts too, and is not sent. */
export async function deliver(deps: DeliverDeps, delivery: Delivery, attempt: number): Promise<Delivered> {
  const webhook = await deps.registry.readWebhook(delivery.webhook);
  if (webhook === undefined || !wants(webhook, delivery.type)) return { kind: "dropped" };
  const now = deps.now();
  const { pausedUntil, lastFailure = "" } = webhook.health;
  if (pausedUntil !== undefined && now < pausedUntil) {
    return giveUpOrWait(deps, delivery, attempt, { reason: `not sent: ${lastFailure}`, pausedUntil });
  }
  const outcome = await send(deps, webhook, delivery, now);
  if (outcome.kind === "accepted") {
    if (isNews(webhook, now)) await deps.registry.recordSuccess(webhook, now);
    return { kind: "delivered" };
  }
  const { reason } = outcome;
  const until = pauseAfter(webhook.health.failuresInARow + 1, now);
  await deps.registry.recordFailure(webhook, { at: now, reason, pausedUntil: until });
  return giveUpOrWait(deps, delivery, attempt, { reason, pausedUntil: until });
}

async function send(deps: DeliverDeps, webhook: Webhook, delivery: Delivery, now: Date) {
  const secrets = await Promise.all(
    activeSecrets(webhook, now).map(({ id }) => deriveSecret(deps.webhookKey, webhook.id, id)),
  );
  const body = bodyOf(delivery);
  return deps.post(webhook.url, await signedHeaders(secrets, delivery.message, body, now), body);
}

async function giveUpOrWait(
  { registry, now }: DeliverDeps,
  delivery: Delivery,
  attempt: number,
  { reason, pausedUntil }: { readonly reason: string; readonly pausedUntil: Date | undefined },
): Promise<Delivered> {
  const delaySeconds = retryDelaysSeconds[attempt - 1];
  if (delaySeconds === undefined) {
    await registry.recordDeadLetter({ ...delivery, attempts: attempt, reason, diedAt: now() });
    return { kind: "dead", reason };
  }
  const pauseSeconds = pausedUntil === undefined ? 0 : (pausedUntil.getTime() - now().getTime()) / 1_000;
  return { kind: "postponed", delaySeconds: Math.ceil(Math.max(delaySeconds, pauseSeconds)), reason };
}

/** While everything arrives, the row is written once a minute and not once a delivery. */
function isNews({ health }: Webhook, now: Date): boolean {
  if (health.failuresInARow > 0 || health.lastSuccessAt === undefined) return true;
  return now.getTime() - health.lastSuccessAt.getTime() >= successNotedEveryMs;
}

/** Doubles with each failure in a row, up to a quarter of an hour. */
function pauseAfter(failuresInARow: number, now: Date): Date | undefined {
  if (failuresInARow < pausesFromFailures) return undefined;
  const doubled = shortestPauseSeconds * 2 ** Math.min(failuresInARow - pausesFromFailures, 10);
  return new Date(now.getTime() + Math.min(doubled, longestPauseSeconds) * 1_000);
}
