// Reads audit records back, by subject and by tenant and day. Nothing here writes: records are put with what they tell of.
import { BatchGetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { AuditPage, AuditReader, ReadAuditRecord } from "#core/audit.ts";
import { fail } from "#core/error.ts";
import type { RegistryTable } from "./client.ts";
import type { Row } from "./rows.ts";
import { auditDay, auditPartition } from "./table.ts";

const auditRow = z.object({
  subject: z.string(),
  action: z.string(),
  actor: z.string(),
  tenant: z.string().optional(),
  requestId: z.string(),
  at: z.iso.datetime().transform(text => new Date(text)),
  facts: z.record(z.string(), z.string()),
});

export function dynamoAuditReader(table: RegistryTable): AuditReader {
  return {
    ofSubject: (subject, limit, after) => ofSubject(table, subject, limit, after),
    ofDay: (tenant, day, limit, after) => ofDay(table, auditDay(tenant, day), limit, after),
  };
}

async function ofSubject(
  table: RegistryTable,
  subject: string,
  limit: number,
  after: string | undefined,
): Promise<AuditPage> {
  const { Items = [] } = await table.documents.send(
    new QueryCommand({
      TableName: table.tableName,
      KeyConditionExpression: "pk = :pk AND sk < :before",
      // "~" sorts after every time.
      ExpressionAttributeValues: { ":pk": auditPartition(subject), ":before": after ?? "~" },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: limit + 1,
    }),
  );
  return pageOf(Items, "sk", limit, Items.slice(0, limit));
}

async function ofDay(
  table: RegistryTable,
  day: string,
  limit: number,
  after: string | undefined,
): Promise<AuditPage> {
  const { Items = [] } = await table.documents.send(
    new QueryCommand({
      TableName: table.tableName,
      IndexName: "byTenant",
      KeyConditionExpression: "tenantPk = :pk AND tenantSk < :before",
      ExpressionAttributeValues: { ":pk": day, ":before": after ?? "~" },
      ScanIndexForward: false,
      Limit: limit + 1,
    }),
  );
  return pageOf(Items, "tenantSk", limit, await readRows(table, Items.slice(0, limit)));
}

/** The rows themselves, in the order of the index, which holds their keys only. 100 at most. */
async function readRows(table: RegistryTable, entries: readonly Row[]): Promise<readonly Row[]> {
  if (entries.length === 0) return [];
  const Keys = entries.map(({ pk, sk }) => ({ pk, sk }));
  const { Responses, UnprocessedKeys } = await table.documents.send(
    new BatchGetCommand({ RequestItems: { [table.tableName]: { Keys } } }),
  );
  // A page with a gap would look whole.
  if ((UnprocessedKeys?.[table.tableName]?.Keys ?? []).length > 0) {
    fail("registry.busy", { retryAfterSeconds: 1 });
  }
  const rows = new Map((Responses?.[table.tableName] ?? []).map(row => [`${row["pk"]} ${row["sk"]}`, row]));
  return entries.flatMap(({ pk, sk }) => rows.get(`${pk} ${sk}`) ?? []);
}

function pageOf(entries: readonly Row[], position: string, limit: number, rows: readonly Row[]): AuditPage {
  const next = entries.length > limit ? String(entries[limit - 1]?.[position]) : undefined;
  return { records: rows.map(fromAuditRow), next };
}

function fromAuditRow(row: Row): ReadAuditRecord {
  const { tenant, ...rest } = auditRow.parse(row);
  return { ...rest, ...(tenant === undefined ? {} : { tenant }) };
}
