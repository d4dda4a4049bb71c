// Enrolments that have no certificate yet, oldest first: a sparse index that empties as they are issued.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { EnrolmentId } from "#core/enrolment/enrolment.ts";
import type { RecordedEnrolment } from "#core/enrolment/ports.ts";
import type { RegistryTable } from "./client.ts";
import { readEnrolment } from "./enrolment-registry.ts";
import { openShards } from "./table.ts";

/** At most `perShard` of each shard: the oldest. The index finds them, the row itself is read strongly. */
export async function listOpenEnrolments(table: RegistryTable, perShard = 50): Promise<readonly RecordedEnrolment[]> {
  const open: RecordedEnrolment[] = [];
  for (let shard = 0; shard < openShards; shard += 1) {
    const { Items } = await table.documents.send(
      new QueryCommand({
        TableName: table.tableName,
        IndexName: "byDue",
        KeyConditionExpression: "duePk = :pk",
        ExpressionAttributeValues: { ":pk": `OPEN#${shard}` },
        Limit: perShard,
      }),
    );
    for (const item of Items ?? []) {
      // The index is eventually consistent: what it names may have been issued since.
      const enrolment = await readEnrolment(table, String(item["pk"]).slice("ENROLMENT#".length) as EnrolmentId);
      if (enrolment?.state === "accepted" || enrolment?.state === "issuing") open.push(enrolment);
    }
  }
  return open.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}
