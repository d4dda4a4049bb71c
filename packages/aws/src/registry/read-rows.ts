// Rows by their keys, many at a time: BatchGetItem with what it leaves to its caller.
import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import { assert } from "#core/error.ts";
import type { RegistryTable } from "./client.ts";
import type { Row } from "./rows.ts";
import type { Key } from "./table.ts";

/** BatchGetItem's own limit. */
const keysAtOnce = 100;

/** Strongly consistent. No key twice; absent rows are left out; order is not kept. */
export async function readRows(table: RegistryTable, keys: readonly Key[]): Promise<readonly Row[]> {
  const found: Row[] = [];
  for (let from = 0; from < keys.length; from += keysAtOnce) {
    found.push(...(await readBatch(table, keys.slice(from, from + keysAtOnce))));
  }
  return found;
}

async function readBatch(table: RegistryTable, keys: readonly Key[]): Promise<readonly Row[]> {
  let wanted: readonly Record<string, unknown>[] = keys;
  const found: Row[] = [];
  // DynamoDB may answer part of a batch under load or beyond 16 MB, and names what it left out.
  for (let attempt = 0; wanted.length > 0; attempt += 1) {
    assert(attempt < 10, "DynamoDB answers a batch read within ten tries");
    const { Responses, UnprocessedKeys } = await table.documents.send(
      new BatchGetCommand({
        RequestItems: { [table.tableName]: { Keys: [...wanted], ConsistentRead: true } },
      }),
    );
    found.push(...(Responses?.[table.tableName] ?? []));
    wanted = UnprocessedKeys?.[table.tableName]?.Keys ?? [];
  }
  return found;
}
