// What counts as a difference between the edge store and the registry, key by key.
import { describe, expect, it } from "vitest";
import { pageChange } from "#core/publication/desired.ts";
import type { DesiredContent } from "#core/publication/desired-content.ts";
import { differenceOf } from "#core/publication/difference.ts";
import { pageSize, slotState } from "#core/slot-page/page.ts";

function page(states: Readonly<Record<number, 0 | 1 | 2>>): DesiredContent & { kind: "page" } {
  const bits = new Uint8Array(pageSize).fill(slotState.good);
  for (const [slot, state] of Object.entries(states)) bits[Number(slot)] = state;
  return { kind: "page", bits };
}
const textOf = ({ bits }: { bits: Readonly<Uint8Array> }): string => pageChange("m1.0", bits).value;

const seven = page({ 7: slotState.revoked });
const record: DesiredContent = {
  kind: "text",
  change: { key: "a.1", value: "m m1 0 0" },
  isClosedForRoom: stored => stored === "x m1 0 0",
};

describe("a page", () => {
  it.each([
    { name: "that says the same", stored: textOf(seven), found: undefined },
    { name: "that is not there", stored: undefined, found: "missing" },
    { name: "that admits the revoked slot", stored: "g", found: "altered" },
    { name: "that refuses another slot", stored: textOf(page({ 8: 1 })), found: "altered" },
    { name: "that cannot be read", stored: "?", found: "altered" },
    { name: "that refuses everybody because the store was full", stored: "r", found: "coarse" },
  ])("$name is $found", ({ stored, found }) => {
    expect(differenceOf(stored, seven)).toBe(found);
  });

  it("is not different in slots that no longer matter", () => {
    expect(differenceOf("g", page({ 9: slotState.any }))).toBeUndefined();
    expect(differenceOf(textOf(page({ 9: 1 })), page({ 9: slotState.any }))).toBeUndefined();
  });

  it("that refuses everybody though nobody is revoked is altered: no full store did that", () => {
    expect(differenceOf("r", page({}))).toBe("altered");
  });

  it("ahead of its authority's mark may be there or not", () => {
    expect(differenceOf("g", { kind: "spare" })).toBeUndefined();
    expect(differenceOf(undefined, { kind: "spare" })).toBeUndefined();
  });
});

describe("another key", () => {
  it.each([
    { name: "a record as it should be", stored: "m m1 0 0", desired: record, found: undefined },
    { name: "a record with another floor", stored: "m m1 1 0", desired: record, found: "altered" },
    {
      name: "a record closed because the store was full",
      stored: "x m1 0 0",
      desired: record,
      found: "coarse",
    },
    { name: "a lost record", stored: undefined, desired: record, found: "missing" },
    { name: "any generation", stored: "1772366400000", desired: { kind: "generation" }, found: undefined },
    {
      name: "a generation that is no count",
      stored: "-1",
      desired: { kind: "generation" },
      found: "altered",
    },
    { name: "no generation", stored: undefined, desired: { kind: "generation" }, found: "missing" },
    { name: "a key that nobody knows", stored: "", desired: { kind: "absent" }, found: "extra" },
    { name: "a key that is gone", stored: undefined, desired: { kind: "absent" }, found: undefined },
  ] as const)("$name: $found", ({ stored, desired, found }) => {
    expect(differenceOf(stored, desired)).toBe(found);
  });
});
