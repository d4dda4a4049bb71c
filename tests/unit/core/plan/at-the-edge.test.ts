// `published` is what the edge store itself says: every slot that a plan names is refused there, and not one less.
import { describe, expect, test } from "vitest";
import { bitmapOf } from "#core/order/slot-bitmap.ts";
import type { AdvanceDeps } from "#core/plan/apply-ports.ts";
import { isAtTheEdge } from "#core/plan/at-the-edge.ts";
import type { PlanId } from "#core/plan/plan.ts";
import type { PlanWork } from "#core/plan/plan-work.ts";
import { type Selection, selectionOf } from "#core/plan/selection.ts";
import { encodePage } from "#core/slot-page/encode.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { noon } from "#support/fixed-time.ts";
import { anAuthority, aSerial, aSlot } from "#support/records.ts";

const work: PlanWork = {
  planId: "pln_1" as PlanId, // Ids are digests, which a test names more plainly.
  action: "revoke",
  reason: "keyCompromise",
  actor: "operator:ada",
  requestId: "r",
  at: noon,
  step: "follow",
  parts: 0,
  orders: 1,
  keys: 1,
  certificates: 1,
  followed: 0,
  dueAt: noon,
  version: 1,
};

function page(...refused: readonly number[]): string {
  const bits = new Uint8Array(pageSize);
  for (const offset of refused) bits[offset] = 1;
  return encodePage(bits);
}

async function ask(
  named: Partial<Selection>,
  stored: Readonly<Record<string, string>>,
  authority = anAuthority(),
) {
  const calls = { read: 0, list: 0 };
  const selection = selectionOf({ ranges: [], pages: [], serials: [], ...named });
  const items = new Map(Object.entries(stored));
  const store: AdvanceDeps["store"] = {
    read: async key => {
      calls.read += 1;
      return items.get(key);
    },
    list: async () => {
      calls.list += 1;
      return { tag: "t", items };
    },
  };
  const registry = { readSelection: async () => selection, listAuthorities: async () => [authority] };
  // Nothing else of the registry is asked.
  const deps = { registry, store, now: () => noon, wait: async () => undefined } as unknown as AdvanceDeps;
  return { answer: await isAtTheEdge(deps, work), calls, deps };
}

const slots = (...offsets: readonly number[]) => ({
  pages: [{ authorityId: "m1", page: 1, slots: new Uint8Array(bitmapOf(offsets)) }],
});
const range = (first: number, last: number) => ({
  ranges: [{ authorityId: "m1", first: aSlot(first), last: aSlot(last) }],
});
const serials = { serials: [{ authorityId: "p1", serial: aSerial("0a") }] };

describe("a plan is at the edge", () => {
  const cases = [
    {
      name: "when each slot of a page is refused",
      named: slots(3, 9),
      stored: { "m1.1": page(3, 9) },
      answer: true,
    },
    { name: "when others are refused, too", named: slots(3), stored: { "m1.1": page(3, 9) }, answer: true },
    { name: "not when one is admitted", named: slots(3, 9), stored: { "m1.1": page(3) }, answer: false },
    { name: "when a page is missing, which refuses all of it", named: slots(3), stored: {}, answer: true },
    {
      name: "when a page is damaged, which refuses all of it",
      named: slots(3),
      stored: { "m1.1": "g0" },
      answer: true,
    },
    {
      name: "when a range is refused over its pages",
      named: range(4095, 4096),
      stored: { "m1.0": page(4095), "m1.1": page(0) },
      answer: true,
    },
    {
      name: "not when the last slot of a range is admitted",
      named: range(4095, 4097),
      stored: { "m1.0": page(4095), "m1.1": page(0) },
      answer: false,
    },
    { name: "when a serial has its key", named: serials, stored: { "s.p1.0a": "" }, answer: true },
    { name: "not when a serial has none", named: serials, stored: {}, answer: false },
  ];
  test.each(cases)("$name", async ({ named, stored, answer }) => {
    expect((await ask(named, stored)).answer).toBe(answer);
  });

  test("up to 200 pages are read one by one, more are listed at once", async () => {
    const stored = Object.fromEntries(
      Array.from({ length: 201 }, (_, number) => [`m1.${number.toString(16)}`, "r"]),
    );
    expect(await ask(range(0, 200 * pageSize - 1), stored)).toMatchObject({
      answer: true,
      calls: { read: 200, list: 0 },
    });
    expect(await ask(range(0, 200 * pageSize), stored)).toMatchObject({
      answer: true,
      calls: { read: 0, list: 1 },
    });
  });
});

test("a distrust is at the edge when the authority's record is what its row says", async () => {
  const distrusted = anAuthority({ state: "distrusted" });
  const from = { state: "active", notBeforeFloor: 0 } as const;
  const about = { ...work, authority: { id: "m1", from, to: { ...from, state: "distrusted" as const } } };
  const { deps } = await ask({}, {}, distrusted);
  expect(await isAtTheEdge(deps, about)).toBe(false);
  const store = { ...deps.store, read: async () => "x m1 0 0" };
  expect(await isAtTheEdge({ ...deps, store }, about)).toBe(true);
});
