import { describe, expect, it } from "vitest";
import { offsetOf, pageKey, pageOf, parseSlot, slotText, toSlot } from "#core/slot-page/slot.ts";

describe("a slot", () => {
  it.each<[number, string, string, number]>([
    [0, "ec-0", "d1.0", 0],
    [4095, "ec-fff", "d1.0", 4095],
    [4096, "ec-1000", "d1.1", 0],
    [0x1a2f3, "ec-1a2f3", "d1.1a", 0x2f3],
    [0x1e400, "ec-1e400", "d1.1e", 0x400],
    [2 ** 32, "ec-100000000", "d1.100000", 0],
    [2 ** 52 - 1, "ec-fffffffffffff", "d1.ffffffffff", 4095],
  ])("%d has its text, page and offset", (number, text, key, offset) => {
    const slot = toSlot(number);
    expect(slot).toBeDefined();
    if (slot === undefined) return;
    expect(slotText(slot)).toBe(text);
    expect(parseSlot(text)).toBe(number);
    expect(pageKey("d1", pageOf(slot))).toBe(key);
    expect(offsetOf(slot)).toBe(offset);
  });

  it.each([-1, -0.5, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 52])("is not made of %d", number => {
    expect(toSlot(number)).toBeUndefined();
  });

  it.each([
    ...[
      "",
      "ec-",
      "0",
      "ec0",
      "EC-1",
      "ec-A",
      "ec-00",
      "ec-01",
      "ec-+1",
      "ec--1",
      "ec-0x1",
      "ec-1 ",
      " ec-1",
      "ec- 1",
    ],
    ...[
      "ec-1.0",
      "ec-1n",
      "ec-1g",
      "ec-NaN",
      "ec-Infinity",
      "ec-1+CN=x",
      "ec-1\n",
      "ec-10000000000000",
      "ec-\uff11",
    ],
  ])("is not read from %j", text => {
    expect(parseSlot(text)).toBeUndefined();
  });
});
