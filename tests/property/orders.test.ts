// Orders over ranges and over single slots against a model of one slot: whatever is ordered, held, lifted, repeated or
// shuffled, a slot that was ever revoked is refused from then on, and one that nothing refuses is admitted.
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Order, type OrderState, orderTransitions, pagesOfOrder, refuses } from "#core/order/order.ts";
import { bitmapOf, offsetsOf } from "#core/order/slot-bitmap.ts";
import { desiredBits } from "#core/publication/desired.ts";
import { pageSize, slotState } from "#core/slot-page/page.ts";
import { noon } from "#support/fixed-time.ts";
import { aSlot } from "#support/records.ts";

const pages = 3;
const offsets = fc.uniqueArray(fc.nat(pageSize - 1), { maxLength: 40 });
const page = fc.nat(pages - 1);

const parts = fc.oneof(
  fc
    .tuple(fc.nat(pages * pageSize - 1), fc.nat(6_000))
    .map(([first, size]) => ({ first, last: Math.min(first + size, pages * pageSize - 1) })),
  fc.tuple(page, offsets).map(([number, chosen]) => ({
    first: number * pageSize,
    last: (number + 1) * pageSize - 1,
    slots: bitmapOf(chosen),
  })),
);

/** What is asked of the orders, in any order and any number of times. */
const steps = fc.array(
  fc.record({ order: fc.nat(5), to: fc.constantFrom<OrderState>("held", "lifted", "revoked") }),
  { maxLength: 60 },
);
const world = fc.record({ parts: fc.array(parts, { minLength: 6, maxLength: 6 }), steps });

function bitsOf(orders: readonly Order[], number: number): Uint8Array {
  return Uint8Array.from(desiredBits({ firstSlot: number * pageSize, denied: [], orders }, noon));
}

function anOrder(
  part: { first: number; last: number; slots?: Uint8Array },
  id: string,
  state: OrderState,
): Order {
  const { slots } = part;
  return {
    id,
    authorityId: "m1",
    first: aSlot(part.first),
    last: aSlot(part.last),
    ...(slots === undefined ? {} : { slots }),
    state,
    actor: "operator:ada",
    at: noon,
  };
}

test("a slot that was revoked once is refused after every step that follows", () => {
  fc.assert(
    fc.property(world, ({ parts: places, steps: asked }) => {
      const orders = new Map<number, Order>();
      const everRevoked = Array.from({ length: pages }, () => new Uint8Array(pageSize));
      for (const { order: number, to } of asked) {
        const place = places[number];
        const state = orders.get(number)?.state;
        // As the registry's condition has it: a first state, or one that the transitions allow.
        const isAllowed =
          state === undefined
            ? to !== "lifted"
            : (orderTransitions[state] as readonly OrderState[]).includes(to);
        if (place === undefined || !isAllowed) continue;
        orders.set(number, anOrder(place, `ord_${number}`, to));
        for (const [index, revoked] of everRevoked.entries()) {
          const bits = bitsOf([...orders.values()], index);
          if (to === "revoked") markRevoked(revoked, orders.get(number), index);
          expect(revoked.every((bit, offset) => bit === 0 || bits[offset] === slotState.revoked)).toBe(true);
        }
      }
    }),
    { numRuns: 60 },
  );
});

function markRevoked(revoked: Uint8Array, order: Order | undefined, number: number): void {
  for (let offset = 0; offset < pageSize; offset += 1)
    if (order !== undefined && refuses(order, number * pageSize + offset)) revoked[offset] = 1;
}

test("a page's bits are what its orders refuse one by one, in whatever order they are read and however often", () => {
  const states = fc.array(fc.constantFrom<OrderState>("held", "lifted", "revoked"), {
    minLength: 6,
    maxLength: 6,
  });
  fc.assert(
    fc.property(world, states, fc.array(fc.nat(5), { maxLength: 12 }), (drawn, chosen, repeated) => {
      const orders = drawn.parts.map((place, index) =>
        anOrder(place, `ord_${index}`, chosen[index] ?? "held"),
      );
      const shuffled = [...repeated.flatMap(index => orders[index] ?? []), ...orders.toReversed()];
      for (let number = 0; number < pages; number += 1) {
        const key = `m1.${number.toString(16)}`;
        const ofPage = (all: readonly Order[]) => all.filter(order => pagesOfOrder(order).includes(key));
        const bits = bitsOf(ofPage(orders), number);
        expect(bitsOf(ofPage(shuffled), number)).toEqual(bits);
        const model = Uint8Array.from({ length: pageSize }, (_, offset) =>
          orders.some(order => refuses(order, number * pageSize + offset))
            ? slotState.revoked
            : slotState.good,
        );
        expect(bits).toEqual(model);
      }
    }),
    { numRuns: 60 },
  );
});

test("a bitmap names the offsets that it was made of, in ascending order", () => {
  fc.assert(
    fc.property(offsets, chosen => {
      expect(offsetsOf(bitmapOf(chosen))).toEqual(chosen.toSorted((a, b) => a - b));
    }),
  );
});
