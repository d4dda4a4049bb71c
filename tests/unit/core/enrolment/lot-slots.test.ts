// The slots of one lot call: how often the source is asked, and what is given back.
import { describe, expect, it } from "vitest";
import { slotSource } from "#core/authority/slot-source.ts";
import { lotSlots } from "#core/enrolment/lot-slots.ts";
import { dayMs, fromNoon, handClock, noon } from "#support/fixed-time.ts";
import { anAuthority } from "#support/records.ts";
import { fakeSlotRegistry } from "../authority/fake-slot-registry.ts";

const need = { tenant: "acme", lot: "w47", validUntil: fromNoon(365 * dayMs) };
const revocation = { reason: "keyCompromise", revokedAt: noon, actor: "event:soc:1" } as const;

function aWorker(lines: number) {
  const registry = fakeSlotRegistry(anAuthority());
  const source = slotSource(registry, {
    cacheMs: 5_000,
    now: handClock().now,
    pause: async () => undefined,
  });
  const slots = lotSlots(source, lines);
  const takeMany = (count: number, from = slots) =>
    Promise.all(Array.from({ length: count }, async () => (await from.take(need)).slot));
  return { registry, source, slots, takeMany };
}

describe("the slots of a lot call", () => {
  it("cost one look at the lot for 64 lines, and are neighbours", async () => {
    const { registry, takeMany } = aWorker(300);
    const taken = await takeMany(300);
    expect(taken.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, index) => index));
    expect(registry.calls).toMatchObject({ marks: 5, chunks: 5, cuts: 1 });
  });

  it("that the call does not use are the next one's", async () => {
    const { source, slots, takeMany } = aWorker(40);
    expect((await takeMany(10)).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    slots.giveBackRest();
    expect((await source.take(need)).slot).toBe(10);
  });

  it("given back by a line are another line's", async () => {
    const { slots } = aWorker(40);
    const { slot, giveBack } = await slots.take(need);
    giveBack();
    expect((await slots.take(need)).slot).toBe(slot);
  });

  it("last long enough for the certificate that wants one", async () => {
    const { slots } = aWorker(40);
    await slots.take(need);
    const long = { ...need, validUntil: fromNoon(3 * 365 * dayMs) };
    const { expiresBy } = await slots.take(long);
    expect(expiresBy.getTime()).toBeGreaterThanOrEqual(long.validUntil.getTime());
  });
});

describe("a lot that is revoked during a call", () => {
  it("gives no slot from the next look on, and is not asked again and again", async () => {
    const { registry, slots, takeMany } = aWorker(300);
    await takeMany(64);
    registry.changeLot("acme", "w47", { revocation });
    const reads = registry.calls.reads;
    for (let line = 0; line < 10; line += 1)
      await expect(slots.take(need)).rejects.toMatchObject({ code: "lot.revoked" });
    expect(registry.calls.marks).toBe(2);
    expect(registry.calls.reads - reads).toBe(1);
  });
});
