// The task of bringing an order's certificates after it ⇄ its row. It is no part of the order's own row, so that a
// checkpoint publishes nothing.
import * as z from "zod";
import { revocationReasons } from "#core/certificate/certificate.ts";
import type { FollowTask } from "#core/order/follow-order.ts";
import type { Order, OrderCause } from "#core/order/order.ts";
import { pageOf } from "#core/slot-page/slot.ts";
import type { RegistryTable, TransactItem } from "./client.ts";
import { orderFields, toOrderFields } from "./order-row.ts";
import type { Row } from "./rows.ts";
import { keys } from "./table.ts";

/** Tasks are few and short-lived: one partition of the due index holds them. */
export const followDuePk = "FOLLOW";

const taskRow = z.object({
  order: orderFields,
  reason: z.enum(revocationReasons),
  requestId: z.string(),
  note: z.string().optional(),
  page: z.number(),
  quietAt: z.iso
    .datetime()
    .transform(text => new Date(text))
    .optional(),
  version: z.number(),
});

/** Due at once, from the order's first page. */
export function putFollowTask(table: RegistryTable, order: Order, cause: OrderCause): TransactItem {
  return {
    Put: {
      TableName: table.tableName,
      Item: {
        ...keys.follow(order.id),
        type: "follow",
        order: toOrderFields(order),
        ...cause,
        page: pageOf(order.first),
        version: 1,
        duePk: followDuePk,
        dueSk: followDueSk(order, order.at),
      },
    },
  };
}

export function followDueSk(order: Order, at: Date): string {
  return `${at.toISOString()}#${order.id}`;
}

export function fromFollowTaskRow(row: Row): FollowTask {
  const { note, quietAt, ...rest } = taskRow.parse(row);
  return {
    ...rest,
    ...(note === undefined ? {} : { note }),
    ...(quietAt === undefined ? {} : { quietAt }),
  };
}
