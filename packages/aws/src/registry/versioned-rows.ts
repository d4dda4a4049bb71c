// Small rows with a version: each change expects the version before its own, and comes with its audit records.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { AuditRecord } from "#core/audit.ts";
import { type Refusal, type RegistryTable, transact } from "./client.ts";
import type { Row } from "./rows.ts";
import { putAudit } from "./side-rows.ts";
import type { Key } from "./table.ts";

const versioned = z.object({ version: z.number() });

/** Expects the version before the row's own; undefined when written, or else the version there is, 0: none. */
export async function putVersion(
  table: RegistryTable,
  row: Key & { readonly version: number },
  ...audit: readonly AuditRecord[]
): Promise<number | undefined> {
  const expected = row.version - 1;
  const refusal = await transact(table, [
    {
      Put: {
        TableName: table.tableName,
        Item: row,
        ...(expected === 0 ? { ConditionExpression: "attribute_not_exists(pk)" } : expecting(expected)),
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    },
    ...audit.map(record => putAudit(table, record)),
  ]);
  return versionInTheWay(refusal);
}

/** Undefined when gone, or else the version there is, 0: none. */
export async function deleteVersion(
  table: RegistryTable,
  key: Key,
  version: number,
  audit: AuditRecord,
): Promise<number | undefined> {
  const refusal = await transact(table, [
    {
      Delete: {
        TableName: table.tableName,
        Key: key,
        ...expecting(version),
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    },
    putAudit(table, audit),
  ]);
  return versionInTheWay(refusal);
}

/** All rows of a partition of few; strongly consistent. */
export async function queryPartition(table: RegistryTable, pk: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await table.documents.send(
      new QueryCommand({
        TableName: table.tableName,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": pk },
        ConsistentRead: true,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    rows.push(...Items);
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return rows;
}

function expecting(version: number) {
  return {
    ConditionExpression: "version = :expected",
    ExpressionAttributeValues: { ":expected": version },
  };
}

function versionInTheWay(refusal: Refusal | undefined): number | undefined {
  if (refusal === undefined) return undefined;
  const [row] = refusal;
  return row === undefined || row === "absent" ? 0 : versioned.parse(row).version;
}
