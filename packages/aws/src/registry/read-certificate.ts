// Certificate reads. Those that decide something are strongly consistent and never touch an index (threat D2).
import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Certificate } from "#core/certificate/certificate.ts";
import type { RegistryTable } from "./client.ts";
import { readRows } from "./read-rows.ts";
import { fromCertificateRow } from "./rows.ts";
import { type Key, keys } from "./table.ts";

export async function readCertificate(table: RegistryTable, id: string): Promise<Certificate | undefined> {
  const { Item } = await table.documents.send(
    new GetCommand({ TableName: table.tableName, Key: keys.certificate(id), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : fromCertificateRow(Item);
}

/** Absent ones are left out; order is not kept. */
export async function readCertificates(
  table: RegistryTable,
  ids: readonly string[],
): Promise<readonly Certificate[]> {
  const rows = await readRows(table, ids.map(keys.certificate));
  return rows.map(fromCertificateRow);
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

/** Every certificate of a public key, whatever its holder, tenant and state: see `CertificatesByKey`. */
export async function findCertificatesByKey(
  table: RegistryTable,
  spkiSha256: string,
): Promise<readonly Certificate[]> {
  return followPointers(table, keys.byKey(spkiSha256, "").pk);
}

async function followPointers(table: RegistryTable, pk: Key["pk"]): Promise<readonly Certificate[]> {
  const certificates: Certificate[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const { Items, LastEvaluatedKey } = await table.documents.send(
      new QueryCommand({
        TableName: table.tableName,
        // A key's partition also holds the row of the key itself.
        KeyConditionExpression: "pk = :pk AND begins_with(sk, :pointer)",
        ExpressionAttributeValues: { ":pk": pk, ":pointer": "CERTIFICATE#" },
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
