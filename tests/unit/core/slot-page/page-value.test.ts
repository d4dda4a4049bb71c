// The page format by example: what each form looks like, and what none of the decoders takes for a page.

import { describe, expect, it } from "vitest";
import { decodePage, differsInMeaning } from "#core/slot-page/decode.ts";
import { encodePage } from "#core/slot-page/encode.ts";
import { isDenied } from "#core/slot-page/lookup.ts";
import { longestPageValue, pageSize, slotState } from "#core/slot-page/page.ts";
import { referenceDecode } from "#core/slot-page/reference-decode.ts";

const { good, revoked, any } = slotState;

function pageOfRanges(
  fill: number,
  ...ranges: readonly [from: number, to: number, state: number][]
): Uint8Array {
  const page = new Uint8Array(pageSize).fill(fill);
  for (const [from, to, state] of ranges) page.fill(state, from, to);
  return page;
}

const alternating = Uint8Array.from({ length: pageSize }, (_, slot) => (slot % 2 === 0 ? revoked : good));
const fewestBitsAreABitmap = Uint8Array.from({ length: pageSize }, (_, slot) =>
  slot % 7 < 4 ? slot % 2 : 1,
);

const examples: readonly [name: string, page: Uint8Array, value: string][] = [
  ["a good page", pageOfRanges(good), "g"],
  ["a revoked page", pageOfRanges(revoked), "r"],
  ["a page of no interest", pageOfRanges(any), "g"],
  ["a revoked page with no interest in the rest", pageOfRanges(any, [7, 8, revoked]), "r"],
  // Run of 1: a zero with k = 0, then ones to the end of the byte.
  ["a revoked first slot", pageOfRanges(good, [0, 1, revoked]), "r00fw"],
  ["a good first slot", pageOfRanges(revoked, [0, 1, good]), "g00fw"],
  // Run of 4,095: a one, a zero and eleven bits; with k = 12 it would be as short, so k is 11.
  ["a revoked last slot", pageOfRanges(good, [4095, 4096, revoked]), "gb0v/c"],
  ["a lot in the middle", pageOfRanges(good, [1024, 3072, revoked]), "g9av/f/"],
  // Every run has one slot: one zero bit each, 4,095 of them, is a bitmap's length; the bitmap is taken.
  ["alternate slots", alternating, `b${"q".repeat(682)}o`],
];

describe("a page value", () => {
  it.each(examples)("of %s is as specified", (_name, page, value) => {
    expect(encodePage(page)).toBe(value);
  });

  it("takes a bitmap where runs are as long, and never more than 684 characters", () => {
    for (const page of [alternating, fewestBitsAreABitmap]) {
      expect(encodePage(page)).toHaveLength(longestPageValue);
      expect(encodePage(page).startsWith("b")).toBe(true);
    }
  });

  it("lets slots of no interest join the run before them", () => {
    const page = pageOfRanges(good, [100, 200, revoked], [150, 260, any]);
    expect(encodePage(page)).toBe(encodePage(pageOfRanges(good, [100, 260, revoked])));
  });

  it("lets slots of no interest at the start join the run after them", () => {
    expect(encodePage(pageOfRanges(revoked, [0, 50, any], [200, 300, good]))).toMatch(/^r/);
  });

  it.each([
    [new Uint8Array(pageSize - 1)],
    [new Uint8Array(pageSize + 1)],
    [new Uint8Array(pageSize).fill(3)],
  ])("is not made of anything but 4,096 states", states => {
    expect(() => encodePage(states)).toThrow("4096 slot states");
  });
});

const malformed: readonly string[] = [
  ...["", "x", "G", "gg", "rr", " g", "g ", "g\n", "g0", "g00", "gd0AA", "g0dAA", "gCCAA"],
  ...["gcc!AAA", "gcc====", "gccA", "gccAAAAA", "gcc-_-_", "gccAA=="],
  ...["b", `b${"A".repeat(682)}`, `b${"A".repeat(684)}`, `b${"A".repeat(682)}=`, `b${"A".repeat(682)}\u00e9`],
];

/** What only a decoder sees that reads to the end: the edge stops at the slot it is asked for. */
const malformedAtTheEnd: readonly [name: string, value: string][] = [
  ["no run at all", "g00/w"],
  ["padding of a whole byte", "g00f/8"],
  ["runs that fill the page, so that nothing is left for the implied one", `g00${"A".repeat(683)}`],
  ["a run past the end", "gcc//////////////////AA"],
  ["unused base64 bits that are set", "g00fx"],
  ["unused bitmap bits that are set", `b${"A".repeat(682)}B`],
];

describe("a malformed page value", () => {
  it.each(malformed)("%j is refused by every decoder, and denies every slot", value => {
    expect(decodePage(value)).toBeUndefined();
    expect(referenceDecode(value)).toBeUndefined();
    for (const offset of [0, 1, 2047, 4095]) expect(isDenied(value, offset)).toBe(true);
  });

  it.each(malformedAtTheEnd)("with %s is refused by both whole-page decoders", (_name, value) => {
    expect(decodePage(value)).toBeUndefined();
    expect(referenceDecode(value)).toBeUndefined();
  });

  it("that is cut off inside a run denies from there on", () => {
    expect(decodePage("gccAA")).toBeUndefined();
    expect(isDenied("gccAA", 0)).toBe(true);
  });
});

describe("comparison by meaning", () => {
  const desired = pageOfRanges(good, [100, 200, revoked], [300, 400, any]);

  it.each([
    ["the same page", encodePage(desired), false],
    [
      "a page that fills the slots of no interest otherwise",
      encodePage(pageOfRanges(good, [100, 200, revoked], [300, 400, revoked])),
      false,
    ],
    ["a longer spelling of the same page", "g00AAAA", true],
    ["a page with a revoked slot too many", encodePage(pageOfRanges(good, [99, 200, revoked])), true],
    ["a page with a revoked slot missing", encodePage(pageOfRanges(good, [101, 200, revoked])), true],
    ["a malformed page", "g00", true],
    ["no page", undefined, true],
  ])("with %s", (_name, stored, differs) => {
    expect(differsInMeaning(stored, desired)).toBe(differs);
  });

  it("takes any well-formed spelling for what it means", () => {
    const page = pageOfRanges(good, [1, 4096, revoked]);
    expect(encodePage(page)).toBe("g00fw");
    // The same single run of one slot, with k = 1: a zero and one low bit.
    expect(differsInMeaning("g10Pw", page)).toBe(false);
  });
});
