// Reads a segment of a listing: the months of a tenant and the pages of slots from their indexes, a holder's certificates
// through their pointers. The key condition says where to go on, never a caller's ExclusiveStartKey.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { type CertificateId, certificateStates } from "#core/certificate/certificate.ts";
import type { ListedCertificate, ListingRegistry, Segment, SegmentRows } from "#core/listing/listing.ts";
import type { Serial } from "#core/serial.ts";
import { pageKey, type Slot } from "#core/slot-page/slot.ts";
import { listAuthorities } from "./authority-registry.ts";
import type { RegistryTable } from "./client.ts";
import { readLot } from "./lot-registry.ts";
import { readCertificates } from "./read-certificate.ts";
import type { Row } from "./rows.ts";
import { keys, offsetText, tenantMonth } from "./table.ts";

const date = z.iso.datetime().transform(text => new Date(text));

const listedRow = z.object({
  // The brands are restored, not invented: only the parsers' values were ever written.
  id: z.string().transform(value => value as CertificateId),
  serial: z.string().transform(value => value as Serial),
  state: z.enum(certificateStates),
  tenant: z.string(),
  holder: z.string(),
  profile: z.string(),
  lot: z.string().optional(),
  authorityId: z.string(),
  slot: z.number().transform(value => value as Slot),
  sha256: z.string(),
  issuedAt: date,
  notBefore: date,
  notAfter: date,
});

export function dynamoListingRegistry(table: RegistryTable): ListingRegistry {
  return {
    listAuthorities: () => listAuthorities(table),
    readLotBlocks: async (tenant, lot) => (await readLot(table, tenant, lot)).blocks,
    readSegment: (segment, after, limit) => readSegment(table, segment, after, limit),
  };
}

function readSegment(
  table: RegistryTable,
  segment: Segment,
  after: string | undefined,
  limit: number,
): Promise<SegmentRows> {
  switch (segment.kind) {
    case "month":
      return readMonth(table, segment, after, limit);
    case "page":
      return readPage(table, segment, after, limit);
    case "holder":
      return readHolder(table, segment, after, limit);
  }
}

async function readMonth(
  table: RegistryTable,
  { tenant, month }: Extract<Segment, { kind: "month" }>,
  after: string | undefined,
  limit: number,
): Promise<SegmentRows> {
  const { items, ended } = await query(table, limit, {
    IndexName: "byTenant",
    KeyConditionExpression: "tenantPk = :pk AND tenantSk < :before",
    // "~" sorts after every time.
    ExpressionAttributeValues: { ":pk": tenantMonth(tenant, month), ":before": after ?? "~" },
    ScanIndexForward: false,
  });
  return { ended, rows: items.map(item => rowAt(String(item["tenantSk"]), item)) };
}

async function readPage(
  table: RegistryTable,
  { authorityId, page, first, last }: Extract<Segment, { kind: "page" }>,
  after: string | undefined,
  limit: number,
): Promise<SegmentRows> {
  const from = Math.max(first, after === undefined ? 0 : Number.parseInt(after, 16) + 1);
  // BETWEEN refuses bounds in the wrong order.
  if (from > last) return { rows: [], ended: true };
  const { items, ended } = await query(table, limit, {
    IndexName: "bySlot",
    KeyConditionExpression: "slotPk = :page AND slotSk BETWEEN :from AND :last",
    ExpressionAttributeValues: {
      ":page": pageKey(authorityId, page),
      ":from": offsetText(from),
      ":last": offsetText(last),
    },
  });
  return { ended, rows: items.map(item => rowAt(String(item["slotSk"]), item)) };
}

/** BatchGetItem takes 100 keys; each row is read whole, which a holder's few certificates can bear. */
const mostPointers = 100;

async function readHolder(
  table: RegistryTable,
  { tenant, holder }: Extract<Segment, { kind: "holder" }>,
  after: string | undefined,
  limit: number,
): Promise<SegmentRows> {
  const { pk, sk } = keys.byHolder(tenant, holder, after ?? "");
  const { items, ended } = await query(table, Math.min(limit, mostPointers), {
    KeyConditionExpression: "pk = :pk AND sk > :after",
    ExpressionAttributeValues: { ":pk": pk, ":after": sk },
  });
  const ids = items.map(item => String(item["certificateId"]));
  const found = new Map((await readCertificates(table, ids)).map(one => [String(one.id), one]));
  const rows = ids.flatMap(id => {
    const certificate = found.get(id);
    return certificate === undefined ? [] : [{ position: id, certificate }];
  });
  return { rows, ended };
}

type QueryParts = Omit<ConstructorParameters<typeof QueryCommand>[0], "TableName" | "Limit">;

async function query(
  table: RegistryTable,
  limit: number,
  parts: QueryParts,
): Promise<{ readonly items: readonly Row[]; readonly ended: boolean }> {
  const { Items = [], LastEvaluatedKey } = await table.documents.send(
    new QueryCommand({ TableName: table.tableName, Limit: limit, ...parts }),
  );
  return { items: Items, ended: LastEvaluatedKey === undefined };
}

function rowAt(position: string, item: Row) {
  const { lot, ...rest } = listedRow.parse(item);
  const certificate: ListedCertificate = { ...rest, ...(lot === undefined ? {} : { lot }) };
  return { position, certificate };
}
