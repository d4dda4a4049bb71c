// All that carrying out a plan reads and writes, put together of the adapters that own each part.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { AdvanceRegistry, WorkRegistry } from "#core/plan/apply-ports.ts";
import type { OwedToCa, ProgressDeps } from "#core/plan/progress.ts";
import type { LotRevocationRegistry } from "#core/revocation/revoke-lot.ts";
import { listAuthorities } from "./authority-registry.ts";
import type { RegistryTable } from "./client.ts";
import { dynamoFollowRegistry } from "./follow-registry.ts";
import { dynamoPlanReader } from "./plan-registry.ts";
import { dynamoPlanWorkRegistry } from "./plan-work-registry.ts";
import { dynamoRevocationRegistry } from "./revocation-registry.ts";
import { openShards } from "./table.ts";

export function dynamoApplyRegistry(table: RegistryTable): WorkRegistry & LotRevocationRegistry {
  const { readPlan, readSelection } = dynamoPlanReader(table);
  const { readLot, recordLotRevoked, recordOrder } = dynamoRevocationRegistry(table);
  return {
    ...dynamoPlanWorkRegistry(table),
    readPlan,
    readSelection,
    readLot,
    recordLotRevoked,
    recordOrder,
    listAuthorities: () => listAuthorities(table),
  };
}

export function dynamoAdvanceRegistry(table: RegistryTable): AdvanceRegistry & LotRevocationRegistry {
  const { listPage, readCertificates, recordOrderedRevocation, hasOpenEnrolment } =
    dynamoFollowRegistry(table);
  return {
    ...dynamoApplyRegistry(table),
    listPage,
    readCertificates,
    recordOrderedRevocation,
    hasOpenEnrolment,
  };
}

export function dynamoProgressRegistry(table: RegistryTable): ProgressDeps["registry"] {
  const { readWork } = dynamoPlanWorkRegistry(table);
  return { readWork, countOwedToCa: revokedAt => countOwedToCa(table, revokedAt) };
}

/** One megabyte of index keys in each shard, some 28,000 certificates in all: beyond it the count is a lower bound. */
async function countOwedToCa(table: RegistryTable, revokedAt: Date): Promise<OwedToCa> {
  const shards = Array.from({ length: openShards }, (_, shard) =>
    table.documents.send(
      new QueryCommand({
        TableName: table.tableName,
        IndexName: "byDue",
        KeyConditionExpression: "duePk = :pk AND begins_with(dueSk, :at)",
        // All of a plan's revocations have the moment of the plan.
        ExpressionAttributeValues: { ":pk": `CA-REVOCATION#${shard}`, ":at": `${revokedAt.toISOString()}#` },
        Select: "COUNT",
      }),
    ),
  );
  const counts = await Promise.all(shards);
  return {
    count: counts.reduce((sum, { Count = 0 }) => sum + Count, 0),
    isComplete: counts.every(({ LastEvaluatedKey }) => LastEvaluatedKey === undefined),
  };
}
