// How many certificates of a lot are on record, counted in the index of pages.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { lastSlot } from "#core/authority/block.ts";
import type { Lot } from "#core/authority/lot.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { offsetOf, pageKey, pageOf, toSlot } from "#core/slot-page/slot.ts";
import type { RegistryTable } from "./client.ts";
import { offsetText, tableLayout } from "./table.ts";

/** A page of certificates is 1.4 MB of index to read through: counting a large lot is not worth what it tells. */
const mostPages = 4;

type PageSpan = { readonly page: string; readonly from: number; readonly to: number };

/** The index is behind by a second perhaps. Undefined for a lot of more than four pages. Renewals are not counted. */
export async function countIssued(table: RegistryTable, lot: Lot): Promise<number | undefined> {
  const blocks = lot.blocks.filter(({ owner }) => owner.kind === "lot");
  const spans = blocks.flatMap(block => spansOf(block.authorityId, block.first, lastSlot(block)));
  if (spans.length > mostPages) return undefined;
  let count = 0;
  for (const span of spans) count += await countSpan(table, span);
  return count;
}

function spansOf(authorityId: string, first: number, last: number): readonly PageSpan[] {
  const spans: PageSpan[] = [];
  for (
    let at = first;
    at <= last && spans.length <= mostPages;
    at = (Math.floor(at / pageSize) + 1) * pageSize
  ) {
    const slot = toSlot(at);
    if (slot === undefined) break;
    const from = offsetOf(slot);
    spans.push({
      page: pageKey(authorityId, pageOf(slot)),
      from,
      to: Math.min(pageSize - 1, from + last - at),
    });
  }
  return spans;
}

async function countSpan(table: RegistryTable, { page, from, to }: PageSpan): Promise<number> {
  const { partitionKey, sortKey } = tableLayout.indexes.bySlot;
  let count = 0;
  let start: Record<string, unknown> | undefined;
  do {
    const { Count = 0, LastEvaluatedKey } = await table.documents.send(
      new QueryCommand({
        TableName: table.tableName,
        IndexName: "bySlot",
        Select: "COUNT",
        KeyConditionExpression: "#page = :page AND #offset BETWEEN :from AND :to",
        ExpressionAttributeNames: { "#page": partitionKey, "#offset": sortKey },
        ExpressionAttributeValues: { ":page": page, ":from": offsetText(from), ":to": offsetText(to) },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    count += Count;
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return count;
}
