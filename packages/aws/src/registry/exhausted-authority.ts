// The mark on an authority whose CA has used up its certificates: set once by whoever hears of it, with its audit record.
import type { AuditRecord } from "#core/audit.ts";
import { isAppError } from "#core/error.ts";
import { type RegistryTable, type TransactItem, transact } from "./client.ts";
import { putAudit } from "./side-rows.ts";
import { keys } from "./table.ts";

/** False when it was recorded before, or is being recorded by somebody else at this moment. */
export function recordExhausted(
  table: RegistryTable,
  authorityId: string,
  at: Date,
  audit: AuditRecord,
): Promise<boolean> {
  return write(table, audit, {
    Update: {
      TableName: table.tableName,
      Key: keys.authority(authorityId),
      UpdateExpression: "SET exhaustedAt = :at, version = version + :one",
      ConditionExpression: "attribute_exists(pk) AND attribute_not_exists(exhaustedAt)",
      ExpressionAttributeValues: { ":at": at.toISOString(), ":one": 1 },
    },
  });
}

/** False when the mark is not the one that was seen. */
export function clearExhausted(
  table: RegistryTable,
  authorityId: string,
  exhaustedAt: Date,
  audit: AuditRecord,
): Promise<boolean> {
  return write(table, audit, {
    Update: {
      TableName: table.tableName,
      Key: keys.authority(authorityId),
      UpdateExpression: "SET version = version + :one REMOVE exhaustedAt",
      ConditionExpression: "exhaustedAt = :seen",
      ExpressionAttributeValues: { ":seen": exhaustedAt.toISOString(), ":one": 1 },
    },
  });
}

async function write(table: RegistryTable, audit: AuditRecord, item: TransactItem): Promise<boolean> {
  try {
    return (await transact(table, [item, putAudit(table, audit)])) === undefined;
  } catch (error) {
    // Many hear of it at once and meet on this row. If none of them has written it, the next to ask will.
    if (isAppError(error, "registry.busy")) return false;
    throw error;
  }
}
