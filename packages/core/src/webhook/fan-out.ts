// Each event becomes one delivery for each webhook that wants it, so that each receiver fares on its own.
import type { OutboxEvent } from "#core/event/relay.ts";
import { sha256Fields } from "#core/sha256.ts";
import type { Delivery } from "./delivery.ts";
import { type Webhook, wants } from "./webhook.ts";

export type FanOutDeps = {
  /** May be a few seconds old. */
  readonly listWebhooks: () => Promise<readonly Webhook[]>;
  /** Rejects unless all were taken; what was taken before goes out twice then, under the same message id. */
  readonly send: (deliveries: readonly Delivery[]) => Promise<void>;
};

export async function fanOut(
  { listWebhooks, send }: FanOutDeps,
  events: readonly OutboxEvent[],
): Promise<void> {
  const webhooks = await listWebhooks();
  const deliveries: Delivery[] = [];
  for (const event of events) {
    for (const webhook of webhooks.filter(candidate => wants(candidate, event.detailType))) {
      deliveries.push(await deliveryOf(event, webhook.id));
    }
  }
  if (deliveries.length > 0) await send(deliveries);
}

/** The message's id is made of the outbox row's key, so that what is relayed twice is the same message. */
async function deliveryOf({ key, at, detailType, detail }: OutboxEvent, webhook: string): Promise<Delivery> {
  return {
    webhook,
    message: `msg_${(await sha256Fields(key.pk, key.sk)).slice(0, 32)}`,
    type: detailType,
    timestamp: at.toISOString(),
    data: JSON.parse(detail),
  };
}
