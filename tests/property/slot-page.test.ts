// Encoder, edge lookup, whole-page decoder and reference decoder agree on every slot of every kind of page.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodePage, differsInMeaning } from "#core/slot-page/decode.ts";
import { encodePage } from "#core/slot-page/encode.ts";
import { isDenied } from "#core/slot-page/lookup.ts";
import { longestPageValue, pageSize, slotState } from "#core/slot-page/page.ts";
import { referenceDecode } from "#core/slot-page/reference-decode.ts";

const { good, revoked, any } = slotState;

/** Each slot revoked with one probability, from none to all. */
const randomPage = fc
  .tuple(
    fc.constantFrom(0.0005, 0.01, 0.05, 0.1, 0.3, 0.5, 0.7, 0.98, 1),
    fc.noShrink(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }))),
  )
  .map(([share, stream]) => fromSlots(() => (stream.next().value < share ? revoked : good)));

/** Lots: ranges of one state over another, whose ends do not line up with anything. */
const lotPage = fc
  .tuple(
    fc.constantFrom(good, revoked),
    fc.array(fc.tuple(fc.nat(pageSize), fc.nat(pageSize), fc.constantFrom(good, revoked)), { maxLength: 12 }),
  )
  .map(([fill, lots]) => fromRanges(fill, lots));

/** Periodic runs: the shape for which a code of run lengths is worst. */
const periodicPage = fc
  .tuple(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 64 }), fc.nat(128))
  .map(([goodRun, revokedRun, shift]) =>
    fromSlots(slot => ((slot + shift) % (goodRun + revokedRun) < goodRun ? good : revoked)),
  );

/** Single bits at the edges of page, byte and base64 character. */
const edgePage = fc
  .tuple(
    fc.constantFrom(good, revoked),
    fc.uniqueArray(
      fc.constantFrom(0, 1, 5, 6, 7, 8, 511, 512, 2047, 2048, 4088, 4089, 4090, 4093, 4094, 4095),
    ),
  )
  .map(([fill, slots]) =>
    fromRanges(
      fill,
      slots.map(slot => [slot, slot + 1, 1 - fill]),
    ),
  );

const page = fc.oneof(randomPage, lotPage, periodicPage, edgePage);

/** Any page with ranges that no longer matter. */
const pageWithAny = fc
  .tuple(page, fc.array(fc.tuple(fc.nat(pageSize), fc.nat(pageSize)), { minLength: 1, maxLength: 20 }))
  .map(([states, ranges]) => {
    const copy = states.slice();
    for (const [from, to] of ranges) copy.fill(any, Math.min(from, to), Math.max(from, to));
    return copy;
  });

const runs = { numRuns: 150, seed: 20_260_901 };

describe("a page of any kind", () => {
  it("comes out of every decoder as it went into the encoder, slot by slot", () => {
    fc.assert(
      fc.property(page, states => {
        const value = encodePage(states);
        expect(decodePage(value)).toEqual(states);
        expect(referenceDecode(value)).toBe(states.join(""));
        expect(readAll(value)).toEqual(states);
      }),
      runs,
    );
  });

  it("keeps every state that matters where others do not", () => {
    fc.assert(
      fc.property(pageWithAny, states => {
        const value = encodePage(states);
        const decoded = decodePage(value);
        expect(decoded?.every((bit, slot) => states[slot] === any || states[slot] === bit)).toBe(true);
        expect(readAll(value)).toEqual(decoded);
        expect(referenceDecode(value)).toBe(decoded?.join(""));
        expect(differsInMeaning(value, states)).toBe(false);
      }),
      runs,
    );
  });

  it("is never longer than 684 characters, nor for states that do not matter than for those that do", () => {
    fc.assert(
      fc.property(pageWithAny, states => {
        const runsOf = (bits: Uint8Array) => bits.filter((bit, slot) => bit !== bits[slot - 1]).length;
        const value = encodePage(states);
        expect(value.length).toBeLessThanOrEqual(longestPageValue);
        // No filling has fewer runs: here against all good and all revoked.
        const filled = decodePage(value);
        for (const state of [good, revoked])
          expect(runsOf(filled ?? states)).toBeLessThanOrEqual(
            runsOf(states.map(bit => (bit === any ? state : bit))),
          );
      }),
      runs,
    );
  });

  it("has one text: encoding what was decoded changes nothing", () => {
    fc.assert(
      fc.property(pageWithAny, states => {
        const value = encodePage(states);
        expect(encodePage(decodePage(value) ?? states)).toBe(value);
      }),
      runs,
    );
  });

  it("differs in meaning as soon as one slot that matters does", () => {
    fc.assert(
      fc.property(page, fc.nat(pageSize - 1), (states, slot) => {
        const other = states.slice();
        other[slot] = states[slot] === good ? revoked : good;
        expect(differsInMeaning(encodePage(states), other)).toBe(true);
        other[slot] = any;
        expect(differsInMeaning(encodePage(states), other)).toBe(false);
      }),
      runs,
    );
  });
});

describe("any text whatever", () => {
  const alphabet = fc.constantFrom(..."gr0123456789abcABCxyzXYZ+/=_- ");
  const nearlyPage = fc
    .tuple(fc.constantFrom("g", "r", "b", ""), fc.string({ unit: alphabet, maxLength: 40 }))
    .map(parts => parts.join(""));
  const damagedPage = fc
    .tuple(page.map(encodePage), fc.nat(), alphabet)
    .map(
      ([value, at, char]) => value.slice(0, at % value.length) + char + value.slice((at % value.length) + 1),
    );
  const text = fc.oneof(nearlyPage, damagedPage, fc.string());

  it("means the same to both whole-page decoders, and to the edge where it means anything", () => {
    fc.assert(
      fc.property(text, value => {
        const decoded = decodePage(value);
        expect(referenceDecode(value)).toBe(decoded?.join(""));
        if (decoded !== undefined) expect(readAll(value)).toEqual(decoded);
      }),
      { ...runs, numRuns: 1_500 },
    );
  });

  it("gets an answer from the edge for every slot, without an exception", () => {
    fc.assert(
      fc.property(text, fc.nat(pageSize - 1), (value, slot) => {
        expect(typeof isDenied(value, slot)).toBe("boolean");
      }),
      { ...runs, numRuns: 1_500 },
    );
  });
});

function fromSlots(state: (slot: number) => number): Uint8Array {
  return Uint8Array.from({ length: pageSize }, (_, slot) => state(slot));
}

function fromRanges(fill: number, ranges: readonly (readonly [number, number, number])[]): Uint8Array {
  const states = new Uint8Array(pageSize).fill(fill);
  for (const [from, to, state] of ranges) states.fill(state, Math.min(from, to), Math.max(from, to));
  return states;
}

function readAll(value: string): Uint8Array {
  return fromSlots(slot => (isDenied(value, slot) ? revoked : good));
}
