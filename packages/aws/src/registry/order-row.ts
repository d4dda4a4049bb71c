// An order ⇄ its row, and the same fields inside the row of the task that follows it.
import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod";
import { type Order, orderStates } from "#core/order/order.ts";
import type { Slot } from "#core/slot-page/slot.ts";
import type { Row } from "./rows.ts";
import { keys } from "./table.ts";

const slot = z
  .number()
  .int()
  .min(0)
  .transform(value => value as Slot);

export const orderFields = z.object({
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
    ...toOrderFields(order),
  };
}

export function toOrderFields(order: Order): Row {
  return { ...order, at: order.at.toISOString() };
}

/** Undefined when the image is not an order's row, or there is none: a row that went. */
export function parseOrderImage(image: unknown): Order | undefined {
  // A stream's image is the attribute map that `unmarshall` takes; zod checks what comes out.
  const row = unmarshall((image ?? {}) as Parameters<typeof unmarshall>[0]);
  return row["type"] === "order" ? fromOrderRow(row) : undefined;
}

export function fromOrderRow(row: Row): Order {
  return orderFields.parse(row);
}
