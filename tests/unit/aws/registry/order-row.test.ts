// Orders as the stream's events show them: bytes are base64 text there, which a row never holds.
import { describe, expect, test } from "vitest";
import { fromOrderRow, parseOrderImage, toOrderRow } from "#aws/registry/order-row.ts";
import { type Order, pagesOfOrder } from "#core/order/order.ts";
import { bitmapOf } from "#core/order/slot-bitmap.ts";
import { noon } from "#support/fixed-time.ts";
import { aSlot } from "#support/records.ts";

const order: Order = {
  id: "ord_1",
  authorityId: "m1",
  first: aSlot(4096),
  last: aSlot(8191),
  slots: bitmapOf([0, 7, 4095]),
  state: "held",
  actor: "operator:ada",
  at: noon,
  planId: "pln_1",
};

describe("an order over single slots", () => {
  test("comes back from its row as it was", () => {
    expect(fromOrderRow(toOrderRow(order))).toEqual(order);
  });

  test("names its page in an event, whose bitmap is base64", () => {
    const image = {
      type: { S: "order" },
      authorityId: { S: "m1" },
      first: { N: "4096" },
      last: { N: "8191" },
      slots: { B: Buffer.from(order.slots ?? []).toString("base64") },
      state: { S: "held" },
    };
    const place = parseOrderImage(image);
    expect(place).toEqual({ authorityId: "m1", first: 4096, last: 8191 });
    expect(place === undefined ? [] : pagesOfOrder(place)).toEqual(["m1.1"]);
  });

  test("has a bitmap of 512 bytes, and of no other size", () => {
    const row = toOrderRow(order);
    for (const bytes of [511, 513])
      expect(() => fromOrderRow({ ...row, slots: new Uint8Array(bytes) })).toThrow();
  });
});

test("a row that went, and any other row, is no order", () => {
  expect(parseOrderImage(undefined)).toBeUndefined();
  expect(parseOrderImage({ type: { S: "deniedSlot" } })).toBeUndefined();
});
