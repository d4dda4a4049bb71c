// Certificate reads. Those that decide something are strongly consistent and never touch an index (threat D2).
import { BatchGetCommand, GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Certificate } from "#core/certificate/certificate.ts";
import { assert } from "#core/error.ts";
import type { RegistryTable } from "./client.ts";
import { fromCertificateRow } from "./rows.ts";
import { type Key, keys } from "./table.ts";

export async function readCertificate(table: RegistryTable, id: string): Promise<Certificate | undefined> {
  const { Item } = await table.documents.send(
    new GetCommand({ TableName: table.tableName, Key: keys.certificate(id), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : fromCertificateRow(Item);
}

/** At most 100 ids, BatchGetItem's own limit. Absent ones are left out; order is not kept. */
export async function readCertificates(
  table: RegistryTable,
  ids: readonly string[],
): Promise<readonly Certificate[]> {
  if (ids.length === 0) return [];
  let wanted: readonly Record<string, unknown>[] = ids.map(id => keys.certificate(id));
  const found: Certificate[] = [];
  // DynamoDB may answer part of a batch under load and names what it left out.
  for (let attempt = 0; wanted.length > 0; attempt += 1) {
    assert(attempt < 10, "DynamoDB answers a batch read within ten tries");
    const { Responses, UnprocessedKeys } = await table.documents.send(
      new BatchGetCommand({
        RequestItems: { [table.tableName]: { Keys: [...wanted], ConsistentRead: true } },
      }),
    );
    found.push(...(Responses?.[table.tableName] ?? []).map(row => fromCertificateRow(row)));
    wanted = UnprocessedKeys?.[table.tableName]?.Keys ?? [];
  }
  return found;
}

export async function findBySha256(table: RegistryTable, sha256: string): Promise<readonly Certificate[]> {
  return followPointers(table, keys.bySha256(sha256, "").pk);
}

export async function findByHolder(
  table: RegistryTable,
  tenant: string,
  holder: string,
): Promise<readonly Certificate[]> {
  return followPointers(table, keys.byHolder(tenant, holder, "").pk);
}

async function followPointers(table: RegistryTable, pk: Key["pk"]): Promise<readonly Certificate[]> {
  const certificates: Certificate[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const { Items, LastEvaluatedKey } = await table.documents.send(
      new QueryCommand({
        TableName: table.tableName,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": pk },
        ConsistentRead: true,
        Limit: 100,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    certificates.push(
      ...(await readCertificates(
        table,
        (Items ?? []).map(row => String(row["certificateId"])),
      )),
    );
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return certificates;
}
