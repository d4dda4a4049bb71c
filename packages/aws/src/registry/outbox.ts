// The outbox as its relay sees it: rows that arrive on the stream, deleted once the bus has taken their event.
import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod";
import { fail } from "#core/error.ts";
import type { OutgoingEvent } from "#core/event/outgoing.ts";
import type { OutboxEvent } from "#core/event/relay.ts";
import { sha256Fields } from "#core/sha256.ts";
import { type RegistryTable, transact } from "./client.ts";
import { putOutbox } from "./side-rows.ts";

const outboxRow = z.object({
  pk: z.string(),
  sk: z.string(),
  at: z.iso.datetime().transform(text => new Date(text)),
  detailType: z.string(),
  detail: z.string(),
});

/** Undefined when the image is not an outbox row. */
export function parseOutboxImage(image: unknown): OutboxEvent | undefined {
  // A stream's image is the attribute map that `unmarshall` takes; zod checks what comes out.
  const parsed = outboxRow.safeParse(unmarshall((image ?? {}) as Parameters<typeof unmarshall>[0]));
  if (!parsed.success) return undefined;
  const { pk, sk, at, detailType, detail } = parsed.data;
  return { key: { pk, sk }, at, detailType, detail };
}

/** At most 25, BatchWriteItem's own limit. Throws `registry.busy` when some are left: their events go out once more. */
export async function deleteOutboxRows(table: RegistryTable, events: readonly OutboxEvent[]): Promise<void> {
  // A batch that comes again may hold a row twice, deleted and put once more; BatchWriteItem refuses a repeated key.
  const keysOnce = new Map(events.map(({ key }) => [`${key.pk} ${key.sk}`, key])).values();
  const requests = Array.from(keysOnce, key => ({ DeleteRequest: { Key: key } }));
  const { UnprocessedItems } = await table.documents.send(
    new BatchWriteCommand({ RequestItems: { [table.tableName]: requests } }),
  );
  if ((UnprocessedItems?.[table.tableName] ?? []).length > 0) fail("registry.busy", { retryAfterSeconds: 1 });
}

/** For what no transaction of ours has changed. The same event of the same run is put once. */
export async function putOutboxEvent(
  table: RegistryTable,
  event: OutgoingEvent,
  id: string,
  at: Date,
): Promise<void> {
  const sha256 = await sha256Fields(id, JSON.stringify(event));
  await transact(table, [putOutbox(table, sha256, at, event)]);
}
