// Carries outbox rows to the bus and to the webhooks. A row leaves the outbox only after both have taken its event, so an
// event may be sent twice and is never lost.

export type OutboxEvent = {
  readonly key: { readonly pk: string; readonly sk: string };
  readonly at: Date;
  readonly detailType: string;
  /** JSON text, as it goes out. */
  readonly detail: string;
};

export type RelayDeps = {
  /** Answers, per event and in order, whether the bus took it. */
  readonly send: (events: readonly OutboxEvent[]) => Promise<readonly boolean[]>;
  /** At most ten at a time, which the bus has taken. Rejects unless all are on their way to all webhooks that want them. */
  readonly tellWebhooks: (events: readonly OutboxEvent[]) => Promise<void>;
  /** At most ten at a time. Rejects when one of them may still be there. */
  readonly forget: (events: readonly OutboxEvent[]) => Promise<void>;
};

/** PutEvents takes at most ten entries. */
const entriesPerCall = 10;

/** Relays all; answers the ones the bus did not take, for the trigger to deliver again. */
export async function relayOutbox(
  deps: RelayDeps,
  events: readonly OutboxEvent[],
): Promise<readonly OutboxEvent[]> {
  const refused: OutboxEvent[] = [];
  for (let from = 0; from < events.length; from += entriesPerCall) {
    const batch = events.slice(from, from + entriesPerCall);
    const taken = await deps.send(batch);
    refused.push(...batch.filter((_, index) => taken[index] !== true));
    const sent = batch.filter((_, index) => taken[index] === true);
    if (sent.length === 0) continue;
    // After the bus: what revokes at the CA waits for no webhook.
    await deps.tellWebhooks(sent);
    await deps.forget(sent);
  }
  return refused;
}
