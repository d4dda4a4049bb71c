// Reads of the sparse index: what is open or owed, oldest first, and never more than that.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Certificate } from "#core/certificate/certificate.ts";
import type { EnrolmentId } from "#core/enrolment/enrolment.ts";
import type { RecordedEnrolment } from "#core/enrolment/ports.ts";
import type { RegistryTable } from "./client.ts";
import { readEnrolment } from "./enrolment-registry.ts";
import { readCertificates } from "./read-certificate.ts";
import { openShards } from "./table.ts";

/** Enrolments without a certificate. The index names them; the rows themselves are read strongly. */
export async function listOpenEnrolments(table: RegistryTable): Promise<readonly RecordedEnrolment[]> {
  const ids = await listDue(table, "OPEN", "ENROLMENT#");
  const rows = await Promise.all(ids.map(id => readEnrolment(table, id as EnrolmentId)));
  return rows
    .filter(row => row?.state === "accepted" || row?.state === "issuing")
    .filter(row => row !== undefined);
}

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
    table.documents.send(
      new QueryCommand({
        TableName: table.tableName,
        IndexName: "byDue",
        KeyConditionExpression: "duePk = :pk AND dueSk < :before",
        ExpressionAttributeValues: { ":pk": `${kind}#${shard}`, ":before": before?.toISOString() ?? "~" },
        Limit: 25,
      }),
    ),
  );
  const items = (await Promise.all(shards)).flatMap(({ Items }) => Items ?? []);
  return items
    .sort((a, b) => (String(a["dueSk"]) < String(b["dueSk"]) ? -1 : 1))
    .map(item => String(item["pk"]).slice(prefix.length));
}
