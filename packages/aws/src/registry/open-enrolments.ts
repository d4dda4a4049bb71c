// Enrolments without a certificate, oldest first. The index names them; the rows themselves are read strongly.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { type EnrolmentId, isOpen } from "#core/enrolment/enrolment.ts";
import type { RecordedEnrolment } from "#core/enrolment/ports.ts";
import { type Order, refuses } from "#core/order/order.ts";
import type { RegistryTable } from "./client.ts";
import { readEnrolment } from "./read-enrolment.ts";
import { openPartition, openShards } from "./table.ts";

/** `QUEUED`: nothing of it is outstanding at the CA. `OPEN`: the CA was asked. */
export type OpenKind = Parameters<typeof openPartition>[0];

/** Of each shard, in one round. */
const pageSize = 25;

/** Created before `before`. Each round reads one page of every shard, so that none waits for another to end. */
export async function* listOpenEnrolments(
  table: RegistryTable,
  kind: OpenKind,
  before?: Date,
): AsyncGenerator<readonly RecordedEnrolment[]> {
  let cursors: readonly ShardCursor[] = Array.from({ length: openShards }, (_, shard) => ({ shard }));
  while (cursors.length > 0) {
    const pages = await Promise.all(cursors.map(cursor => readPage(table, kind, cursor, before)));
    const rows = pages.flatMap(({ enrolments }) => enrolments);
    if (rows.length > 0) yield rows.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
    cursors = pages.flatMap(({ next }) => next ?? []);
  }
}

/** Whether an enrolment without a certificate holds one of the orders' slots. All that are open are looked at. */
export async function hasOpenEnrolment(table: RegistryTable, orders: readonly Order[]): Promise<boolean> {
  const isOrdered = ({ authorityId, slot }: RecordedEnrolment): boolean =>
    orders.some(order => order.authorityId === authorityId && refuses(order, slot));
  for (const kind of ["QUEUED", "OPEN"] as const) {
    for await (const page of listOpenEnrolments(table, kind)) if (page.some(isOrdered)) return true;
  }
  return false;
}

/** The id of one that `matches`, if there is any. All that are open are looked at. */
export async function findOpenEnrolment(
  table: RegistryTable,
  matches: (enrolment: RecordedEnrolment) => boolean,
): Promise<string | undefined> {
  for (const kind of ["QUEUED", "OPEN"] as const) {
    for await (const page of listOpenEnrolments(table, kind)) {
      const found = page.find(matches);
      if (found !== undefined) return found.id;
    }
  }
  return undefined;
}

type ShardCursor = { readonly shard: number; readonly start?: Record<string, unknown> };

async function readPage(
  table: RegistryTable,
  kind: OpenKind,
  { shard, start }: ShardCursor,
  before: Date | undefined,
): Promise<{ readonly enrolments: readonly RecordedEnrolment[]; readonly next: ShardCursor | undefined }> {
  const { Items = [], LastEvaluatedKey } = await table.documents.send(
    new QueryCommand({
      TableName: table.tableName,
      IndexName: "byDue",
      KeyConditionExpression: "duePk = :pk AND dueSk < :before",
      ExpressionAttributeValues: {
        ":pk": openPartition(kind, shard),
        ":before": before?.toISOString() ?? "~",
      },
      Limit: pageSize,
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    }),
  );
  // The key of an enrolment is made of its id.
  const ids = Items.map(({ pk }) => String(pk).slice("ENROLMENT#".length) as EnrolmentId);
  const rows = await Promise.all(ids.map(id => readEnrolment(table, id)));
  return {
    enrolments: rows.filter(row => row !== undefined).filter(isOpen),
    next: LastEvaluatedKey === undefined ? undefined : { shard, start: LastEvaluatedKey },
  };
}
