// EventBridge as the domain's event sink. PutEvents answers per entry; a call that succeeds may still refuse some.
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { eventSource } from "#core/event/outgoing.ts";
import type { OutboxEvent } from "#core/event/relay.ts";

export function openEventBridge(): EventBridgeClient {
  return new EventBridgeClient({});
}

/** At most ten events. Answers, in order, which the bus took. */
export async function putEvents(
  client: EventBridgeClient,
  busName: string,
  events: readonly OutboxEvent[],
): Promise<readonly boolean[]> {
  const { Entries } = await client.send(
    new PutEventsCommand({
      Entries: events.map(event => ({
        EventBusName: busName,
        Source: eventSource,
        Time: event.at,
        DetailType: event.detailType,
        Detail: event.detail,
      })),
    }),
  );
  return events.map((_, index) => Entries?.[index]?.EventId !== undefined);
}
