// What age-out reads and forgets: the lives of blocks, and the rows of pages that are no more.
import { BatchWriteCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { AuditRecord } from "#core/audit.ts";
import { assert } from "#core/error.ts";
import type { AgeOutRegistry } from "#core/publication/age-out.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { raiseMark } from "./authority-registry.ts";
import { type RegistryTable, transact } from "./client.ts";
import { putAudit } from "./side-rows.ts";
import { type Key, keys } from "./table.ts";

export function dynamoAgeOutRegistry(table: RegistryTable): AgeOutRegistry {
  return {
    firstLiveBlock: (authorityId, fromSlot, deadBefore) =>
      firstLiveBlock(table, authorityId, fromSlot, deadBefore),
    recordFirstLiveSlot: (authorityId, slot, audit) => recordFirstLiveSlot(table, authorityId, slot, audit),
    recordClearedSlots: (authorityId, slots) => raiseMark(table, authorityId, "clearedSlots", slots),
    deleteDeniedSlots: page => deleteRange(table, keys.deniedSlot(page, 0), keys.deniedSlot(page, 0xfff)),
    deleteOrders: (authorityId, slot) => deleteOrders(table, authorityId, slot),
  };
}

async function firstLiveBlock(
  table: RegistryTable,
  authorityId: string,
  fromSlot: number,
  deadBefore: Date,
): Promise<number | undefined> {
  const { pk, sk } = keys.block(authorityId, fromSlot);
  let start: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await table.documents.send(
      new QueryCommand({
        TableName: table.tableName,
        KeyConditionExpression: "pk = :pk AND sk >= :from",
        // A block without a life was cut before blocks had one: it is never known to be dead.
        FilterExpression: "attribute_not_exists(expiresBy) OR expiresBy >= :dead",
        ExpressionAttributeNames: { "#first": "first" },
        ExpressionAttributeValues: { ":pk": pk, ":from": sk, ":dead": deadBefore.toISOString() },
        ProjectionExpression: "#first",
        ConsistentRead: true,
        // Of the blocks read, not of those found: most of the blocks there are live.
        Limit: 500,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    const first: unknown = Items[0]?.["first"];
    if (typeof first === "number") return first;
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return undefined;
}

async function recordFirstLiveSlot(
  table: RegistryTable,
  authorityId: string,
  slot: number,
  audit: AuditRecord,
): Promise<void> {
  // Refused when it stands there already: another run was faster.
  await transact(table, [
    {
      Update: {
        TableName: table.tableName,
        Key: keys.authority(authorityId),
        UpdateExpression: "SET firstLiveSlot = :slot, version = version + :one",
        ConditionExpression: "firstLiveSlot < :slot AND nextSlot >= :slot",
        ExpressionAttributeValues: { ":slot": slot, ":one": 1 },
      },
    },
    putAudit(table, audit),
  ]);
}

/** `slot` is a page's first: an order over single slots of an earlier page ends before it. */
async function deleteOrders(table: RegistryTable, authorityId: string, slot: number): Promise<void> {
  if (slot === 0) return;
  const page = Math.floor(slot / pageSize) - 1;
  await deleteRange(table, keys.order(authorityId, 0, ""), keys.order(authorityId, slot - 1, "~"));
  await deleteRange(table, keys.slotOrder(authorityId, 0, ""), keys.slotOrder(authorityId, page, "~"));
}

/** Deletes all rows of one partition between two keys, both included: 25 a call, BatchWriteItem's own limit. */
async function deleteRange(table: RegistryTable, from: Key, to: Key): Promise<void> {
  let start: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await table.documents.send(
      new QueryCommand({
        TableName: table.tableName,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
        ExpressionAttributeValues: { ":pk": from.pk, ":from": from.sk, ":to": to.sk },
        ProjectionExpression: "pk, sk",
        ConsistentRead: true,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    for (let at = 0; at < Items.length; at += 25) await deleteBatch(table, Items.slice(at, at + 25));
    start = LastEvaluatedKey;
  } while (start !== undefined);
}

async function deleteBatch(table: RegistryTable, rows: readonly Record<string, unknown>[]): Promise<void> {
  let requests = rows.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } }));
  // DynamoDB may do part of a batch under load and names what it left out.
  for (let attempt = 0; requests.length > 0; attempt += 1) {
    assert(attempt < 10, "DynamoDB deletes a batch within ten tries");
    const { UnprocessedItems } = await table.documents.send(
      new BatchWriteCommand({ RequestItems: { [table.tableName]: requests } }),
    );
    requests = (UnprocessedItems?.[table.tableName] ?? []).flatMap(({ DeleteRequest }) =>
      DeleteRequest?.Key === undefined
        ? []
        : [{ DeleteRequest: { Key: { pk: DeleteRequest.Key["pk"], sk: DeleteRequest.Key["sk"] } } }],
    );
  }
}
