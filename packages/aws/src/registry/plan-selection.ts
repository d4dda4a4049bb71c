// What plans name, on disk: drafts of runs that count, and the parts of the counted plan. Each row holds a page's bitmap,
// a range or a serial. DynamoDB removes those of a plan that nobody has applied, long after it has expired.
import { BatchWriteCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { fail } from "#core/error.ts";
import type { Plan } from "#core/plan/plan.ts";
import { type Selection, selectionOf } from "#core/plan/selection.ts";
import type { RegistryTable } from "./client.ts";
import { selectionOfRows, toParts } from "./plan-part-row.ts";
import { removedAtSeconds } from "./plan-row.ts";
import type { Row } from "./rows.ts";
import { type Key, keys } from "./table.ts";

export async function saveDraft(
  table: RegistryTable,
  plan: Plan,
  run: string,
  found: Selection,
): Promise<void> {
  const rows = toParts(found).map(({ position, attributes }) => ({
    ...keys.planDraft(plan.id, position, run),
    type: "planDraft",
    ...attributes,
    expiresAtSeconds: removedAtSeconds(plan),
  }));
  await putRows(table, rows);
}

/** Without `expiresAtSeconds` they stay. */
export async function writeSelection(
  table: RegistryTable,
  plan: Plan,
  selection: Selection,
  expiresAtSeconds?: number,
): Promise<void> {
  const rows = toParts(selection).map(({ position, attributes }) => ({
    ...keys.planPart(plan.id, position),
    type: "planPart",
    ...attributes,
    ...(expiresAtSeconds === undefined ? {} : { expiresAtSeconds }),
  }));
  await putRows(table, rows);
}

export async function readDrafts(table: RegistryTable, id: string): Promise<Selection> {
  return selectionOf(selectionOfRows(await queryRows(table, keys.planDraft(id, "", ""), "DRAFT#")));
}

export async function readSelection(table: RegistryTable, id: string): Promise<Selection> {
  return selectionOf(selectionOfRows(await queryRows(table, keys.planPart(id, ""), "PART#")));
}

async function queryRows(table: RegistryTable, { pk }: Key, prefix: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const { Items, LastEvaluatedKey } = await table.documents.send(
      new QueryCommand({
        TableName: table.tableName,
        KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
        ExpressionAttributeValues: { ":pk": pk, ":prefix": prefix },
        ConsistentRead: true,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    rows.push(...(Items ?? []));
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return rows;
}

/** BatchWriteItem's own limit. */
const rowsAtOnce = 25;
const mostAttempts = 5;

/** The same rows again change nothing. Throws `registry.busy` when some are left. */
async function putRows(table: RegistryTable, rows: readonly Row[]): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const batch = rows.slice(from, from + rowsAtOnce).map(Item => ({ PutRequest: { Item } }));
    let left: NonNullable<ConstructorParameters<typeof BatchWriteCommand>[0]["RequestItems"]>[string] = batch;
    for (let attempt = 0; left.length > 0; attempt += 1) {
      if (attempt === mostAttempts) fail("registry.busy", { retryAfterSeconds: 1 });
      const { UnprocessedItems } = await table.documents.send(
        new BatchWriteCommand({ RequestItems: { [table.tableName]: left } }),
      );
      left = UnprocessedItems?.[table.tableName] ?? [];
    }
  }
}
