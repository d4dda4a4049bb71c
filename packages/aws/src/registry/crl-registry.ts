// Imported revocation lists, and the serials that follow them. Every write names the list that it acts for.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { AuditRecord } from "#core/audit.ts";
import type { CrlRegistry, RecordedCrl, SerialChanges } from "#core/crl/ports.ts";
import { listAuthorities } from "./authority-registry.ts";
import { type RegistryTable, type TransactItem, transact } from "./client.ts";
import { listRevokedSerials, toRevokedSerialRow } from "./revoked-serials.ts";
import type { Row } from "./rows.ts";
import { putAudit } from "./side-rows.ts";
import { keys } from "./table.ts";

const date = z.iso.datetime().transform(text => new Date(text));

const crlRow = z.object({
  authorityId: z.string(),
  sha256: z.string(),
  number: z.string().optional(),
  thisUpdate: date,
  nextUpdate: date,
  entries: z.number(),
  added: z.number(),
  removed: z.number(),
  unchanged: z.number(),
  state: z.enum(["applying", "applied"]),
});

export function dynamoCrlRegistry(table: RegistryTable, now: () => Date): CrlRegistry {
  return {
    listAuthorities: () => listAuthorities(table),
    readCrl: authorityId => readCrl(table, authorityId),
    listRevokedSerials: authorityId => listRevokedSerials(table, authorityId),
    recordCrl: (crl, before, audit) => recordCrl(table, crl, before, audit),
    changeSerials: (crl, changes) => changeSerials(table, crl, changes, now()),
    recordApplied: (crl, audit) => recordApplied(table, crl, audit),
  };
}

export async function readCrl(table: RegistryTable, authorityId: string): Promise<RecordedCrl | undefined> {
  const { Item } = await table.documents.send(
    new GetCommand({ TableName: table.tableName, Key: keys.crl(authorityId), ConsistentRead: true }),
  );
  if (Item === undefined) return undefined;
  const { number, ...rest } = crlRow.parse(Item);
  return { ...rest, number };
}

function toCrlRow(crl: RecordedCrl): Row {
  return {
    ...keys.crl(crl.authorityId),
    type: "crl",
    ...crl,
    thisUpdate: crl.thisUpdate.toISOString(),
    nextUpdate: crl.nextUpdate.toISOString(),
  };
}

async function recordCrl(
  table: RegistryTable,
  crl: RecordedCrl,
  before: RecordedCrl | undefined,
  audit: AuditRecord,
): Promise<boolean> {
  const condition =
    before === undefined
      ? { ConditionExpression: "attribute_not_exists(pk)" }
      : { ConditionExpression: "sha256 = :before", ExpressionAttributeValues: { ":before": before.sha256 } };
  const refusal = await transact(table, [
    { Put: { TableName: table.tableName, Item: toCrlRow(crl), ...condition } },
    putAudit(table, audit),
  ]);
  return refusal === undefined;
}

/** Superseded meanwhile: the newer list's own record says what there is to know. */
async function recordApplied(table: RegistryTable, crl: RecordedCrl, audit: AuditRecord): Promise<void> {
  await transact(table, [
    { Put: { ...whileLatest(table, crl), Item: toCrlRow(crl) } },
    putAudit(table, audit),
  ]);
}

async function changeSerials(
  table: RegistryTable,
  crl: RecordedCrl,
  { add, remove }: SerialChanges,
  recordedAt: Date,
): Promise<"written" | "superseded" | "changed"> {
  const TableName = table.tableName;
  const refusal = await transact(table, [
    // Without it, a run of an old list could remove a serial that a newer one has brought back.
    { ConditionCheck: { ...whileLatest(table, crl), Key: keys.crl(crl.authorityId) } },
    ...add.map(
      (revoked): TransactItem => ({
        Put: {
          TableName,
          Item: toRevokedSerialRow(revoked, recordedAt),
          ConditionExpression: "attribute_not_exists(pk)",
        },
      }),
    ),
    ...remove.map(
      (serial): TransactItem => ({
        Delete: {
          TableName,
          Key: keys.revokedSerial(crl.authorityId, serial),
          ConditionExpression: "#source = :crl",
          ExpressionAttributeNames: { "#source": "source" },
          ExpressionAttributeValues: { ":crl": "crl" },
        },
      }),
    ),
  ]);
  if (refusal === undefined) return "written";
  return refusal[0] === undefined ? "changed" : "superseded";
}

function whileLatest(table: RegistryTable, crl: RecordedCrl) {
  return {
    TableName: table.tableName,
    ConditionExpression: "sha256 = :sha256",
    ExpressionAttributeValues: { ":sha256": crl.sha256 },
  };
}
