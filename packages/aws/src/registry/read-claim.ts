// Claim reads: one, those of a line's certificate, and a tenant's page by page. All strongly consistent.
import { BatchGetCommand, GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Claim } from "#core/claim/claim.ts";
import { fail } from "#core/error.ts";
import { fromClaimRow } from "./claim-row.ts";
import type { RegistryTable } from "./client.ts";
import type { Row } from "./rows.ts";
import { type Key, keys } from "./table.ts";

export async function readClaim(table: RegistryTable, id: string): Promise<Claim | undefined> {
  const { Item } = await table.documents.send(
    new GetCommand({ TableName: table.tableName, Key: keys.claim(id), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : fromClaimRow(Item);
}

/** Those that end last come first, so that old ones never hide one in force. */
const mostOfLine = 50;

export async function claimsOfLine(
  table: RegistryTable,
  tenant: string,
  line: string,
): Promise<readonly Claim[]> {
  const { pk } = keys.claimOfLine(tenant, line, new Date(0), "");
  return readHeads(table, await queryPointers(table, pk, "~", mostOfLine));
}

export async function listClaims(
  table: RegistryTable,
  tenant: string,
  limit: number,
  after: string | undefined,
): Promise<{ readonly claims: readonly Claim[]; readonly next: string | undefined }> {
  const { pk } = keys.claimOfTenant(tenant, new Date(0), "");
  // One more than is wanted tells whether there is more.
  const pointers = await queryPointers(table, pk, after ?? "~", limit + 1);
  const shown = pointers.slice(0, limit);
  const next = pointers.length > limit ? String(shown.at(-1)?.["sk"]) : undefined;
  return { claims: await readHeads(table, shown), next };
}

/** Newest first, before the sort key `before`; "~" is after all of them. */
async function queryPointers(
  table: RegistryTable,
  pk: Key["pk"],
  before: string,
  limit: number,
): Promise<readonly Row[]> {
  const { Items = [] } = await table.documents.send(
    new QueryCommand({
      TableName: table.tableName,
      KeyConditionExpression: "pk = :pk AND sk < :before",
      ExpressionAttributeValues: { ":pk": pk, ":before": before },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: limit,
    }),
  );
  return Items;
}

/** In the order of the pointers; 100 at most, BatchGetItem's own limit. */
async function readHeads(table: RegistryTable, pointers: readonly Row[]): Promise<readonly Claim[]> {
  if (pointers.length === 0) return [];
  const ids = pointers.map(({ claimId }) => String(claimId));
  const { Responses, UnprocessedKeys } = await table.documents.send(
    new BatchGetCommand({
      RequestItems: {
        [table.tableName]: { Keys: ids.map(id => keys.claim(id)), ConsistentRead: true },
      },
    }),
  );
  // Part of an answer would look as if there were no such claim.
  if ((UnprocessedKeys?.[table.tableName]?.Keys ?? []).length > 0) {
    fail("registry.busy", { retryAfterSeconds: 1 });
  }
  const found = new Map((Responses?.[table.tableName] ?? []).map(row => [String(row["id"]), row]));
  return ids.flatMap(id => {
    const row = found.get(id);
    return row === undefined ? [] : [fromClaimRow(row)];
  });
}
