// The outbox as its relay sees it: rows that arrive on the stream, deleted once the bus has taken their event.
import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod";
import type { OutboxEvent } from "#core/event/relay.ts";
import type { RegistryTable } from "./client.ts";

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

export async function deleteOutboxRow(table: RegistryTable, event: OutboxEvent): Promise<void> {
  await table.documents.send(new DeleteCommand({ TableName: table.tableName, Key: event.key }));
}
