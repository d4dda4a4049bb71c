// A slot is used only while its block outlives the certificate, and long lives keep only their own blocks' pages.
import { describe, expect, it } from "vitest";
import { blockLife } from "#core/authority/block.ts";
import { slotSource } from "#core/authority/slot-source.ts";
import { dayMs, fromNoon, handClock } from "#support/fixed-time.ts";
import { anAuthority } from "#support/records.ts";
import { fakeSlotRegistry } from "./fake-slot-registry.ts";

const hourMs = 3_600_000;

function aWorld() {
  const registry = fakeSlotRegistry(anAuthority());
  const clock = handClock();
  const source = slotSource(registry, {
    blockSize: 4,
    cacheMs: 5_000,
    now: clock.now,
    pause: async () => undefined,
  });
  const take = (days: number, lot?: string) =>
    source.take({ tenant: "acme", lot, validUntil: new Date(clock.now().getTime() + days * dayMs) });
  return { registry, clock, take };
}

describe("the life of a block", () => {
  it.each([
    { needed: 1, years: 1 },
    { needed: 365, years: 1 },
    { needed: 366, years: 2 },
    { needed: 3_650, years: 10 },
    { needed: -5, years: 1 },
  ])("for a certificate of $needed days is $years times 365 days", ({ needed, years }) => {
    expect(blockLife(needed * dayMs)).toBe(years * 365 * dayMs);
  });
});

describe.each([
  { of: "an online block", lot: undefined },
  { of: "a lot's block", lot: "w47" },
])("a slot of $of", ({ lot }) => {
  it("outlives its certificate on the block's first day and in its last moment", async () => {
    const { clock, take } = aWorld();
    for (const days of [1, 365, 366, 730, 3_650]) {
      const { expiresBy } = await take(days, lot);
      expect(expiresBy.getTime()).toBeGreaterThanOrEqual(clock.now().getTime() + days * dayMs);
    }
    clock.forward(hourMs - 1);
    for (const days of [365, 3_650]) {
      const { expiresBy } = await take(days, lot);
      expect(expiresBy.getTime()).toBeGreaterThanOrEqual(clock.now().getTime() + days * dayMs);
    }
  });

  it("of a short-lived certificate does not live long for another one's sake", async () => {
    const { registry, take } = aWorld();
    await take(3_650, lot);
    const { expiresBy } = await take(90, lot);
    if (lot === undefined) expect(expiresBy).toEqual(fromNoon(hourMs + 365 * dayMs));
    expect(
      registry.blocks.map(
        ({ expiresBy: end, usableUntil }) => (end.getTime() - usableUntil.getTime()) / dayMs,
      ),
    ).toEqual(lot === undefined ? [3_650, 365] : [3_650]);
  });

  it("is not taken from a block that was cut for shorter lives", async () => {
    const { registry, take } = aWorld();
    const short = await take(365, lot);
    const long = await take(366, lot);
    expect(long.expiresBy.getTime()).toBeGreaterThan(short.expiresBy.getTime());
    expect(registry.blocks).toHaveLength(2);
  });
});

describe("profiles of about the same life", () => {
  it("share a block", async () => {
    const { registry, take } = aWorld();
    for (const days of [30, 90, 180, 365]) await take(days);
    expect(registry.blocks).toHaveLength(1);
  });
});
