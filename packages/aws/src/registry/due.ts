// Reads of the sparse index: what is owed or due, oldest first, and never more than that.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Certificate } from "#core/certificate/certificate.ts";
import type { RegistryTable } from "./client.ts";
import { readCertificates } from "./read-certificate.ts";
import type { Row } from "./rows.ts";
import { type Key, openShards } from "./table.ts";

/** Revoked certificates that the CA has not been told of, revoked before `before`. */
export async function listOwedRevocations(
  table: RegistryTable,
  before: Date,
): Promise<readonly Certificate[]> {
  const ids = await listDue(table, "CA-REVOCATION", "CERTIFICATE#", before);
  const certificates = await readCertificates(table, ids.slice(0, 100));
  return certificates.filter(({ state }) => state === "revoked");
}

/** Up to 25 of each shard: the index is eventually consistent, so callers check the row before they act. */
async function listDue(
  table: RegistryTable,
  kind: string,
  prefix: string,
  before?: Date,
): Promise<readonly string[]> {
  const shards = Array.from({ length: openShards }, (_, shard) =>
    queryDue(table, `${kind}#${shard}`, before),
  );
  const items = (await Promise.all(shards)).flat();
  return items
    .sort((a, b) => (String(a["dueSk"]) < String(b["dueSk"]) ? -1 : 1))
    .map(item => String(item["pk"]).slice(prefix.length));
}

/** Up to 25 rows of one partition of the index that are due at `now`, oldest first. */
export async function listDueKeys(table: RegistryTable, duePk: string, now: Date): Promise<readonly Key[]> {
  const items = await queryDue(table, duePk, now);
  return items.map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) }));
}

async function queryDue(table: RegistryTable, duePk: string, before?: Date): Promise<readonly Row[]> {
  const { Items = [] } = await table.documents.send(
    new QueryCommand({
      TableName: table.tableName,
      IndexName: "byDue",
      KeyConditionExpression: "duePk = :pk AND dueSk < :before",
      ExpressionAttributeValues: { ":pk": duePk, ":before": before?.toISOString() ?? "~" },
      Limit: 25,
    }),
  );
  return Items;
}
