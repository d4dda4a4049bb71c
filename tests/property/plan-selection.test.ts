// What a plan names has one form and one hash, however it was found, split and ordered; and every slot of it counts.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PlanOrder } from "#core/plan/plan.ts";
import { planHash } from "#core/plan/plan-hash.ts";
import {
  addSlot,
  countSlots,
  nothingSelected,
  type PageSet,
  type Selection,
  selectionOf,
  slotFinder,
} from "#core/plan/selection.ts";
import { aSerial, aSlot } from "#support/records.ts";

const order: PlanOrder = {
  action: "revoke",
  selector: { kind: "tenant", tenant: "acme" },
  lineage: false,
  reason: "keyCompromise",
};

type Place = readonly [authorityId: string, slot: number];
const place: fc.Arbitrary<Place> = fc.tuple(
  fc.constantFrom("m1", "m10", "m2"),
  fc.nat({ max: 3 * 4096 - 1 }),
);
const places = fc.array(place, { maxLength: 60 });

function selectionOfPlaces(found: readonly Place[]): Selection {
  const pages: PageSet = new Map();
  for (const [authorityId, slot] of found) addSlot(pages, authorityId, aSlot(slot));
  return { ...nothingSelected, pages: [...pages.values()] };
}

const setOf = (found: readonly Place[]): ReadonlySet<string> => new Set(found.map(one => one.join(" ")));

describe("a selection", () => {
  it("names exactly the slots that were put into it, each once", () => {
    fc.assert(
      fc.property(places, place, (found, probe) => {
        const selection = selectionOf(selectionOfPlaces(found));
        const named = setOf(found);
        expect(countSlots(selection)).toBe(named.size);
        expect(slotFinder(selection)(probe[0], aSlot(probe[1]))).toBe(named.has(probe.join(" ")));
        for (const [authorityId, slot] of found)
          expect(slotFinder(selection)(authorityId, aSlot(slot))).toBe(true);
      }),
    );
  });

  it("has one hash, whichever runs have found which part of it in which order", async () => {
    await fc.assert(
      fc.asyncProperty(places, places, async (one, other) => {
        const parts = [selectionOfPlaces(one), selectionOfPlaces(other)];
        const merged = (all: readonly Selection[]): Selection =>
          selectionOf({ ...nothingSelected, pages: all.flatMap(({ pages }) => pages) });
        const hash = await planHash(order, selectionOf(selectionOfPlaces([...other, ...one])));
        expect(await planHash(order, merged(parts))).toBe(hash);
        expect(await planHash(order, merged([...parts, ...parts].reverse()))).toBe(hash);
      }),
    );
  });

  it("has another hash with a slot more or less", async () => {
    await fc.assert(
      fc.asyncProperty(places, place, async (found, more) => {
        const before = await planHash(order, selectionOf(selectionOfPlaces(found)));
        const after = await planHash(order, selectionOf(selectionOfPlaces([...found, more])));
        expect(after === before).toBe(setOf(found).has(more.join(" ")));
      }),
    );
  });

  it("has its ranges and serials in one order, none twice", () => {
    const range = (authorityId: string, first: number) => ({
      authorityId,
      first: aSlot(first),
      last: aSlot(first + 9),
    });
    const serial = (text: string) => ({ authorityId: "p1", serial: aSerial(text) });
    const selection = selectionOf({
      pages: [],
      ranges: [range("m2", 0), range("m1", 100), range("m1", 20), range("m2", 0)],
      serials: [serial("0b"), serial("0a"), serial("0b")],
    });
    expect(selection.ranges).toEqual([range("m1", 20), range("m1", 100), range("m2", 0)]);
    expect(selection.serials).toEqual([serial("0a"), serial("0b")]);
    const isNamed = slotFinder(selection);
    expect([19, 20, 29, 30].map(slot => isNamed("m1", aSlot(slot)))).toEqual([false, true, true, false]);
  });
});

describe("the hash of a plan", () => {
  it.each([
    ["the action", { action: "hold" }],
    ["the reason", { reason: "superseded" }],
    ["the selector", { selector: { kind: "tenant", tenant: "globex" } }],
    ["the lineage", { lineage: true }],
    ["the end of a hold", { until: new Date("2026-04-01T00:00:00Z") }],
    ["the moment of a floor", { floorAt: new Date("2026-04-01T00:00:00Z") }],
  ] as const)("covers %s", async (_title, parts) => {
    expect(await planHash({ ...order, ...parts }, nothingSelected)).not.toBe(
      await planHash(order, nothingSelected),
    );
  });

  it("does not cover what is only said about it", async () => {
    expect(await planHash({ ...order, note: "n", ticket: "t" }, nothingSelected)).toBe(
      await planHash(order, nothingSelected),
    );
  });
});
