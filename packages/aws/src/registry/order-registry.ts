// Orders over slot ranges. Rows sort by where they end, so that a page's reader skips all that end before it.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { type Order, orderStates } from "#core/order/order.ts";
import type { Slot } from "#core/slot-page/slot.ts";
import type { RegistryTable } from "./client.ts";
import type { Row } from "./rows.ts";
import { keys } from "./table.ts";

const slot = z
  .number()
  .int()
  .min(0)
  .transform(value => value as Slot);

const orderRow = z.object({
  id: z.string(),
  authorityId: z.string(),
  first: slot,
  last: slot,
  state: z.enum(orderStates),
  actor: z.string(),
  at: z.iso.datetime().transform(text => new Date(text)),
});

export function toOrderRow(order: Order): Row {
  return {
    ...keys.order(order.authorityId, order.last, order.id),
    type: "order",
    ...order,
    at: order.at.toISOString(),
  };
}

export function fromOrderRow(row: Row): Order {
  return orderRow.parse(row);
}

/** Strongly consistent. */
export async function readOrders(
  table: RegistryTable,
  authorityId: string,
  fromSlot: number,
): Promise<readonly Order[]> {
  const { pk, sk } = keys.order(authorityId, fromSlot, "");
  const orders: Order[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const { Items, LastEvaluatedKey } = await table.documents.send(
      new QueryCommand({
        TableName: table.tableName,
        KeyConditionExpression: "pk = :pk AND sk >= :from",
        ExpressionAttributeValues: { ":pk": pk, ":from": sk },
        ConsistentRead: true,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    orders.push(...(Items ?? []).map(row => fromOrderRow(row)));
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return orders;
}
