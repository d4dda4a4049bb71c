// Rows of revoked serials: one per certificate that an authority without slots has revoked.
import { BatchGetCommand, QueryCommand, type QueryCommandOutput } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { AuditRecord } from "#core/audit.ts";
import { assert } from "#core/error.ts";
import type { RevokedSerial, SerialSource } from "#core/revocation/revoked-serial.ts";
import type { Serial } from "#core/serial.ts";
import { type RegistryTable, transact } from "./client.ts";
import type { Row } from "./rows.ts";
import { putAudit } from "./side-rows.ts";
import { type Key, keys } from "./table.ts";

// The brand is restored, not invented: only the parser's values were ever written.
const listedRow = z.object({
  sk: z.string().transform(sk => sk.slice("SERIAL#".length) as Serial),
  source: z.enum(["crl", "report"]),
});

/** `recordedAt`: when the row was written, which is when the edge began to owe the refusal. */
export function toRevokedSerialRow(revoked: RevokedSerial, recordedAt: Date): Row {
  const { authorityId, serial, revokedAt, ...rest } = revoked;
  return {
    ...keys.revokedSerial(authorityId, serial),
    type: "revokedSerial",
    ...rest,
    revokedAt: revokedAt.toISOString(),
    recordedAt: recordedAt.toISOString(),
  };
}

/** The key of a stream record, read back; undefined when it is another row's. */
export function parseRevokedSerialKey(
  key: Key,
): { readonly authorityId: string; readonly serial: Serial } | undefined {
  if (!key.pk.startsWith("SERIALS#")) return undefined;
  const serial = key.sk.slice("SERIAL#".length) as Serial; // As above.
  return { authorityId: key.pk.slice("SERIALS#".length), serial };
}

/** A serial that only a list has brought becomes the report's, and stays when the list drops it. */
export async function recordRevokedSerial(
  table: RegistryTable,
  revoked: RevokedSerial,
  audit: AuditRecord,
): Promise<"revoked" | "already"> {
  const refusal = await transact(table, [
    {
      Put: {
        TableName: table.tableName,
        Item: toRevokedSerialRow(revoked, revoked.revokedAt),
        ConditionExpression: "attribute_not_exists(pk) OR #source = :crl",
        ExpressionAttributeNames: { "#source": "source" },
        ExpressionAttributeValues: { ":crl": "crl" },
      },
    },
    putAudit(table, audit),
  ]);
  return refusal === undefined ? "revoked" : "already";
}

/** Strongly consistent; about 7,000 rows a request. */
export async function listRevokedSerials(
  table: RegistryTable,
  authorityId: string,
): Promise<ReadonlyMap<Serial, SerialSource>> {
  const listed = new Map<Serial, SerialSource>();
  for await (const { Items } of queryPages(table, authorityId)) {
    for (const item of Items ?? []) {
      const { sk, source } = listedRow.parse(item);
      listed.set(sk, source);
    }
  }
  return listed;
}

/** Reads every row to count it: for an operator's overview, not for a path that devices wait for. */
export async function countRevokedSerials(table: RegistryTable, authorityId: string): Promise<number> {
  let count = 0;
  for await (const page of queryPages(table, authorityId, "COUNT")) count += page.Count ?? 0;
  return count;
}

async function* queryPages(
  table: RegistryTable,
  authorityId: string,
  select?: "COUNT",
): AsyncGenerator<QueryCommandOutput> {
  let start: Record<string, unknown> | undefined;
  do {
    const page: QueryCommandOutput = await table.documents.send(
      new QueryCommand({
        TableName: table.tableName,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": keys.revokedSerial(authorityId, "").pk },
        ConsistentRead: true,
        ...(select === undefined ? {} : { Select: select }),
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    yield page;
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

/** Those of `serials` that have a row. Strongly consistent. */
export async function readRevokedSerials(
  table: RegistryTable,
  authorityId: string,
  serials: readonly Serial[],
): Promise<ReadonlySet<Serial>> {
  const found = new Set<Serial>();
  // BatchGetItem takes 100 keys.
  for (let from = 0; from < serials.length; from += 100) {
    let wanted: readonly Record<string, unknown>[] = serials
      .slice(from, from + 100)
      .map(serial => keys.revokedSerial(authorityId, serial));
    // DynamoDB may answer part of a batch under load and names what it left out.
    for (let attempt = 0; wanted.length > 0; attempt += 1) {
      assert(attempt < 10, "DynamoDB answers a batch read within ten tries");
      const { Responses, UnprocessedKeys } = await table.documents.send(
        new BatchGetCommand({
          RequestItems: { [table.tableName]: { Keys: [...wanted], ConsistentRead: true } },
        }),
      );
      for (const row of Responses?.[table.tableName] ?? []) found.add(listedRow.parse(row).sk);
      wanted = UnprocessedKeys?.[table.tableName]?.Keys ?? [];
    }
  }
  return found;
}
