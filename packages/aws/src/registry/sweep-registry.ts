// The sweep's view of the table: buckets of the index by day and shard, the rows they name, and its own checkpoint.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { DueChange } from "#core/rotation/due-change.ts";
import type { RetireRegistry } from "#core/rotation/retire.ts";
import type { Bucket, Day, DueCertificate, SweepRegistry } from "#core/rotation/sweep-ports.ts";
import { listAuthorities } from "./authority-registry.ts";
import { type RegistryTable, type TransactItem, transact } from "./client.ts";
import { dynamoHoldRegistry } from "./hold-registry.ts";
import { readCertificates } from "./read-certificate.ts";
import { readRows } from "./read-rows.ts";
import { dueKeys, fromCertificateRow, type Row, toAnnouncedAttribute } from "./rows.ts";
import { putAudit, putOutbox } from "./side-rows.ts";
import { auditPartition, duePartition, dueShards, keys } from "./table.ts";

export function dynamoSweepRegistry(
  table: RegistryTable,
  { recordRevocation }: RetireRegistry,
): SweepRegistry {
  return {
    shardsPerDay: dueShards,
    recordRevocation,
    recordResume: dynamoHoldRegistry(table).recordResume,
    readCheckpoint: () => readCheckpoint(table),
    firstDay: () => firstDay(table),
    saveCheckpoint: (read, day) => saveCheckpoint(table, read, day),
    listDue: (bucket, at) => listDue(table, bucket, at),
    readDue: async ids => (await readRows(table, ids.map(keys.certificate))).flatMap(toDue),
    readCertificates: ids => readCertificates(table, ids),
    recordDue: changes => recordDue(table, changes),
  };
}

async function readCheckpoint(table: RegistryTable): Promise<Day | undefined> {
  const { Item } = await table.documents.send(
    new GetCommand({ TableName: table.tableName, Key: keys.sweep, ConsistentRead: true }),
  );
  return Item === undefined ? undefined : z.iso.date().parse(Item["day"]);
}

/** Its registration is the first audit record that an authority has. */
async function firstDay(table: RegistryTable): Promise<Day | undefined> {
  const authorities = await listAuthorities(table);
  const days = await Promise.all(authorities.map(({ id }) => dayOfFirstAudit(table, id)));
  return days.sort()[0];
}

async function dayOfFirstAudit(table: RegistryTable, subject: string): Promise<Day> {
  const { Items = [] } = await table.documents.send(
    new QueryCommand({
      TableName: table.tableName,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": auditPartition(subject) },
      ConsistentRead: true,
      Limit: 1,
    }),
  );
  return z.iso.datetime().parse(Items[0]?.["at"]).slice(0, 10);
}

async function saveCheckpoint(table: RegistryTable, read: Day | undefined, day: Day): Promise<void> {
  try {
    await table.documents.send(
      new UpdateCommand({
        TableName: table.tableName,
        Key: keys.sweep,
        UpdateExpression: "SET #day = :day, #type = :type",
        ConditionExpression: read === undefined ? "attribute_not_exists(pk)" : "#day = :read",
        ExpressionAttributeNames: { "#day": "day", "#type": "type" },
        ExpressionAttributeValues: {
          ":day": day,
          ":type": "sweep",
          ...(read === undefined ? {} : { ":read": read }),
        },
      }),
    );
  } catch (error) {
    // Another run has come as far; what it has left, its own checkpoint says.
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

async function* listDue(
  table: RegistryTable,
  { day, shard }: Bucket,
  at: Date,
): AsyncGenerator<readonly string[]> {
  let start: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await table.documents.send(
      new QueryCommand({
        TableName: table.tableName,
        IndexName: "byDue",
        KeyConditionExpression: "duePk = :pk AND dueSk < :after",
        // `~` sorts after the `#` of the keys of this very moment.
        ExpressionAttributeValues: { ":pk": duePartition(day, shard), ":after": `${at.toISOString()}~` },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    yield Items.map(({ pk }) => String(pk).slice("CERTIFICATE#".length));
    start = LastEvaluatedKey;
  } while (start !== undefined);
}

/** The row's own key decides; that of the index may be old. */
function toDue(row: Row): readonly DueCertificate[] {
  if (!String(row["duePk"]).startsWith("DUE#")) return [];
  const dueAt = new Date(String(row["dueSk"]).split("#", 1)[0] ?? "");
  return [{ certificate: fromCertificateRow(row), dueAt }];
}

async function recordDue(table: RegistryTable, changes: readonly DueChange[]): Promise<readonly DueChange[]> {
  if (changes.length === 0) return [];
  const items = changes.map(change => itemsFor(table, change));
  const refusal = await transact(table, items.flat());
  if (refusal === undefined) return changes;
  // One that has moved on stands in the way of all: the others go again without it.
  const stoodInTheWay = (index: number): boolean => {
    const first = items.slice(0, index).flat().length;
    return refusal.slice(first, first + (items[index]?.length ?? 0)).some(part => part !== undefined);
  };
  return recordDue(
    table,
    changes.filter((_, index) => !stoodInTheWay(index)),
  );
}

function itemsFor(table: RegistryTable, change: DueChange): readonly TransactItem[] {
  const { certificate, at, audits, events } = change;
  return [
    updateFor(table, change),
    ...audits.map(audit => putAudit(table, audit)),
    ...events.map(event => putOutbox(table, certificate.sha256, at, event)),
  ];
}

function updateFor(
  table: RegistryTable,
  { certificate, at, state, announced, nextAt }: DueChange,
): TransactItem {
  const set: Row = {
    ...(state === undefined ? {} : { state }),
    ...(announced === undefined ? {} : { announced: toAnnouncedAttribute(announced) }),
    ...(nextAt === undefined ? {} : dueKeys(certificate.id, nextAt, at)),
  };
  const fields = Object.keys(set);
  const assignments = ["version = version + :one", ...fields.map(field => `#${field} = :${field}`)];
  return {
    Update: {
      TableName: table.tableName,
      Key: keys.certificate(certificate.id),
      UpdateExpression: `SET ${assignments.join(", ")}${nextAt === undefined ? " REMOVE duePk, dueSk" : ""}`,
      ConditionExpression: "version = :version AND #state = :was",
      ExpressionAttributeNames: {
        "#state": "state",
        ...Object.fromEntries(fields.map(field => [`#${field}`, field])),
      },
      ExpressionAttributeValues: {
        ":one": 1,
        ":version": certificate.version,
        ":was": certificate.state,
        ...Object.fromEntries(fields.map(field => [`:${field}`, set[field]])),
      },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    },
  };
}
