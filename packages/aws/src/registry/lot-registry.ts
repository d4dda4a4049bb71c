// Lots: their blocks, and the mark that ends them. One partition per lot.
import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { AuditRecord } from "#core/audit.ts";
import type { Lot, LotMark } from "#core/authority/lot.ts";
import { type Revocation, revocationReasons } from "#core/certificate/certificate.ts";
import type { Slot } from "#core/slot-page/slot.ts";
import { type RegistryTable, transact } from "./client.ts";
import { putAudit } from "./side-rows.ts";
import { keys } from "./table.ts";

const date = z.iso.datetime().transform(text => new Date(text));

const lotRow = z.object({
  announcedSize: z.number().optional(),
  expectedHolders: z.number().optional(),
  revocation: z.object({ reason: z.enum(revocationReasons), revokedAt: date, actor: z.string() }).optional(),
});

const lotBlockRow = z.object({
  authorityId: z.string(),
  ordinal: z.number(),
  kind: z.enum(["lot", "renewal"]),
  tenant: z.string(),
  lot: z.string(),
  // The brand is restored, not invented: the counter gave it.
  first: z.number().transform(value => value as Slot),
  size: z.number(),
  next: z.number(),
  usableUntil: date,
  expiresBy: date,
});

/** Strongly consistent. A row per block: a lot of a million has a handful. */
export async function readLot(table: RegistryTable, tenant: string, name: string): Promise<Lot> {
  const key = keys.lot(tenant, name);
  const { Items = [] } = await table.documents.send(
    new QueryCommand({
      TableName: table.tableName,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": key.pk },
      ConsistentRead: true,
    }),
  );
  // The mark sorts last and a query reads in order, so it is never older than the blocks before it; a block that
  // came in between is caught by the condition on their number.
  const mark = toMark(Items.find(({ sk }) => sk === key.sk));
  const blocks = Items.filter(({ sk }) => sk !== key.sk).map(row => {
    const { kind, tenant, lot, ...block } = lotBlockRow.parse(row);
    return { ...block, owner: { kind, tenant, lot } };
  });
  return { tenant, name, blocks, ...mark };
}

/** Strongly consistent. */
export async function readLotMark(table: RegistryTable, tenant: string, lot: string): Promise<LotMark> {
  const { Item } = await table.documents.send(
    new GetCommand({ TableName: table.tableName, Key: keys.lot(tenant, lot), ConsistentRead: true }),
  );
  return toMark(Item);
}

function toMark(row: unknown): LotMark {
  const { announcedSize, expectedHolders, revocation } = lotRow.parse(row ?? {});
  return {
    ...(announcedSize === undefined ? {} : { announcedSize }),
    ...(expectedHolders === undefined ? {} : { expectedHolders }),
    ...(revocation === undefined ? {} : { revocation }),
  };
}

/** False when the lot has got another block since it was read, or was revoked meanwhile. */
export async function recordLotRevoked(
  table: RegistryTable,
  { tenant, name, blocks }: Lot,
  revocation: Revocation,
  audit: AuditRecord,
): Promise<boolean> {
  const refusal = await transact(table, [
    {
      Update: {
        TableName: table.tableName,
        Key: keys.lot(tenant, name),
        UpdateExpression: "SET revocation = :revocation",
        ConditionExpression: `${blocks.length === 0 ? "attribute_exists(pk) AND attribute_not_exists(blocks)" : "blocks = :known"} AND attribute_not_exists(revocation)`,
        ExpressionAttributeValues: {
          ":revocation": { ...revocation, revokedAt: revocation.revokedAt.toISOString() },
          ...(blocks.length === 0 ? {} : { ":known": blocks.length }),
        },
      },
    },
    putAudit(table, { ...audit, tenant }),
  ]);
  return refusal === undefined;
}
