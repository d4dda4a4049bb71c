// An order ⇄ its row, and the same fields inside the row of the task that follows it.
import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod";
import { isSlotOrder, type Order, orderStates } from "#core/order/order.ts";
import { bitmapBytes } from "#core/plan/selection.ts";
import { pageOf, type Slot } from "#core/slot-page/slot.ts";
import type { Row } from "./rows.ts";
import { type Key, keys } from "./table.ts";

const slot = z
  .number()
  .int()
  .min(0)
  .transform(value => value as Slot);

const bitmap = z.instanceof(Uint8Array).refine(({ length }) => length === bitmapBytes);

export const orderFields = z
  .object({
    id: z.string(),
    authorityId: z.string(),
    first: slot,
    last: slot,
    slots: bitmap.optional(),
    state: z.enum(orderStates),
    actor: z.string(),
    at: z.iso.datetime().transform(text => new Date(text)),
    planId: z.string().optional(),
  })
  .transform(({ slots, planId, ...order }) => ({
    ...order,
    ...(slots === undefined ? {} : { slots }),
    ...(planId === undefined ? {} : { planId }),
  }));

export function toOrderRow(order: Order): Row {
  return {
    ...orderKey(order),
    type: "order",
    ...toOrderFields(order),
  };
}

export function orderKey(order: Order): Key {
  const { authorityId, first, last, id } = order;
  return isSlotOrder(order)
    ? keys.slotOrder(authorityId, pageOf(first), id)
    : keys.order(authorityId, last, id);
}

export function toOrderFields(order: Order): Row {
  return { ...order, at: order.at.toISOString() };
}

const placeFields = z.object({ authorityId: z.string(), first: slot, last: slot });

/**
 * Where an order lies; undefined when the image is not an order's row, or there is none: a row that went. An event holds
 * bytes as base64, not as the SDK gives them, so its bitmap is left alone: the publisher reads the row itself.
 */
export function parseOrderImage(image: unknown): z.infer<typeof placeFields> | undefined {
  // A stream's image is the attribute map that `unmarshall` takes; zod checks what comes out.
  const row = unmarshall((image ?? {}) as Parameters<typeof unmarshall>[0]);
  return row["type"] === "order" ? placeFields.parse(row) : undefined;
}

export function fromOrderRow(row: Row): Order {
  return orderFields.parse(row);
}
