// Work done several at a time, with results in the order of the items.
import { expect, it } from "vitest";
import { severalAtOnce } from "#core/several-at-once.ts";

const turn = () => new Promise<void>(resolve => setImmediate(resolve));

it("gives results in the order of the items, whichever ends first", async () => {
  const results = await severalAtOnce([3, 1, 2], 3, async turns => {
    for (let count = 0; count < turns; count += 1) await turn();
    return turns * 10;
  });
  expect(results).toEqual([30, 10, 20]);
});

it.each([
  { items: 10, atOnce: 4, most: 4 },
  { items: 3, atOnce: 4, most: 3 },
  { items: 0, atOnce: 4, most: 0 },
])("has at most $atOnce of $items under way", async ({ items, atOnce, most }) => {
  let underWay = 0;
  let highest = 0;
  await severalAtOnce(
    Array.from({ length: items }, (_, index) => index),
    atOnce,
    async () => {
      underWay += 1;
      highest = Math.max(highest, underWay);
      await turn();
      underWay -= 1;
    },
  );
  expect(highest).toBe(most);
});

it("rejects when a piece of work does", async () => {
  await expect(severalAtOnce([1, 2], 1, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
});
