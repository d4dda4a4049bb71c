// What refuses a certificate beside its own row: orders over its slot, its authority as a whole, or, of an authority
// without slots, a plan or a revocation list that names its serial.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Certificate } from "#core/certificate/certificate.ts";
import { refuses } from "#core/order/order.ts";
import { pageOf } from "#core/slot-page/slot.ts";
import { listAuthorities } from "./authority-registry.ts";
import type { RegistryTable } from "./client.ts";
import { readOrders, readSlotOrders } from "./order-registry.ts";
import { readCertificate } from "./read-certificate.ts";
import { keys } from "./table.ts";

/** The subjects of their audit records: plans, orders without one, an authority. Strongly consistent. */
export async function refusalsOver(table: RegistryTable, id: string): Promise<readonly string[]> {
  // The names of other subjects hold no dash, or nothing that could be a serial behind it.
  const [, authorityId = "", serial = ""] = /^([a-z][a-z0-9]{1,7})-([0-9a-f]{2,40})$/.exec(id) ?? [];
  if (serial === "") return [];
  const certificate = await readCertificate(table, id);
  return certificate === undefined
    ? refusalsOfSerial(table, authorityId, serial)
    : refusalsOfSlot(table, certificate);
}

async function refusalsOfSlot(
  table: RegistryTable,
  { authorityId, slot, notBefore }: Certificate,
): Promise<readonly string[]> {
  const [ranges, single, authorities] = await Promise.all([
    readOrders(table, authorityId, slot),
    readSlotOrders(table, authorityId, pageOf(slot), pageOf(slot)),
    listAuthorities(table),
  ]);
  const orders = [...ranges, ...single].filter(order => refuses(order, slot));
  const shut = authorities.some(
    ({ id, state, notBeforeFloor }) =>
      id === authorityId && (state === "distrusted" || notBefore.getTime() / 1_000 < notBeforeFloor),
  );
  return [...orders.map(({ id, planId }) => planId ?? id), ...(shut ? [authorityId] : [])];
}

const serialRow = z.object({ source: z.enum(["crl", "report"]), planId: z.string().optional() });

async function refusalsOfSerial(
  table: RegistryTable,
  authorityId: string,
  serial: string,
): Promise<readonly string[]> {
  const Key = keys.revokedSerial(authorityId, serial);
  const { Item } = await table.documents.send(
    new GetCommand({ TableName: table.tableName, Key, ConsistentRead: true }),
  );
  if (Item === undefined) return [];
  const { source, planId } = serialRow.parse(Item);
  if (planId !== undefined) return [planId];
  return source === "crl" ? [authorityId] : [];
}
