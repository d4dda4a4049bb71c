// A lot's certificates sit together: in blocks of its own, that all workers share and nobody else gets into.
import { describe, expect, it } from "vitest";
import { lastSlot, planBlock } from "#core/authority/block.ts";
import { slotSource } from "#core/authority/slot-source.ts";
import type { SlotNeed } from "#core/enrolment/ports.ts";
import { dayMs, fromNoon, handClock, noon } from "#support/fixed-time.ts";
import { anAuthority } from "#support/records.ts";
import { type FakeSlotRegistry, fakeSlotRegistry } from "./fake-slot-registry.ts";

const pageSize = 4096;
const lotOwner = { kind: "lot", tenant: "acme", lot: "w47" } as const;

function worker(registry: FakeSlotRegistry, clock = handClock()) {
  const source = slotSource(registry, { cacheMs: 5_000, now: clock.now, pause: async () => undefined });
  const take = async (need: Partial<SlotNeed> = {}): Promise<number> =>
    (await source.take({ tenant: "acme", validUntil: noon, ...need })).slot;
  return { source, take };
}

async function takeMany(take: () => Promise<number>, count: number): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let index = 0; index < count; index += 1) taken.push(await take());
  return taken;
}

describe("a planned block", () => {
  it.each([
    { nextSlot: 0, wanted: pageSize, first: 0, size: pageSize },
    { nextSlot: 1, wanted: pageSize, first: pageSize, size: pageSize },
    { nextSlot: 64, wanted: pageSize + 1, first: pageSize, size: 2 * pageSize },
    { nextSlot: 64, wanted: pageSize - 1, first: 64, size: pageSize - 1 },
    { nextSlot: 64, wanted: 250_000, first: pageSize, size: 62 * pageSize },
    { nextSlot: 0, wanted: 2 ** 20 + 1, first: 0, size: 2 ** 20 },
    { nextSlot: 64, wanted: 0, first: 64, size: 1 },
  ])("of $wanted from slot $nextSlot begins at $first and has $size", ({ nextSlot, wanted, first, size }) => {
    const block = planBlock(anAuthority({ nextSlot }), lotOwner, wanted, noon);
    expect([block.first, block.size, lastSlot(block)]).toEqual([first, size, first + size - 1]);
  });

  it.each([
    { owner: { kind: "online" } as const, usableMs: dayMs / 24 },
    { owner: lotOwner, usableMs: 90 * dayMs },
    { owner: { ...lotOwner, kind: "renewal" } as const, usableMs: 90 * dayMs },
  ])("$owner.kind is used for $usableMs ms, and dead a longest life later", ({ owner, usableMs }) => {
    const block = planBlock(anAuthority(), owner, 64, noon);
    expect(block.usableUntil).toEqual(fromNoon(usableMs));
    expect(block.expiresBy).toEqual(fromNoon(usableMs + 365 * dayMs));
  });
});

describe("a lot", () => {
  it("has a page of its own, which later certificates of others do not share", async () => {
    const registry = fakeSlotRegistry(anAuthority());
    const { take } = worker(registry);
    expect(await take()).toBe(0);
    expect(await takeMany(() => take({ lot: "w47" }), 2)).toEqual([pageSize, pageSize + 1]);
    expect(await takeMany(() => take({ lot: "w48" }), 1)).toEqual([2 * pageSize]);
    expect(await takeMany(() => take({ lot: "w47", tenant: "umbrella" }), 1)).toEqual([3 * pageSize]);
    expect(await takeMany(take, 64)).toEqual([
      ...Array.from({ length: 63 }, (_, index) => index + 1),
      4 * pageSize,
    ]);
  });

  it("is shared by workers in chunks of 64, one cut for all", async () => {
    const registry = fakeSlotRegistry(anAuthority());
    const workers = Array.from({ length: 5 }, () => worker(registry));
    const taken = await Promise.all(workers.map(({ take }) => takeMany(() => take({ lot: "w47" }), 100)));
    expect(new Set(taken.flat()).size).toBe(500);
    expect(Math.max(...taken.flat())).toBeLessThan(10 * 64);
    expect(registry.blocks).toHaveLength(1);
    expect(registry.calls.chunks).toBe(10);
  });

  it("that was announced has room for its size and four chunks that are lost, then goes on in a page", async () => {
    const registry = fakeSlotRegistry(anAuthority());
    registry.changeLot("acme", "w47", { announcedSize: 100 });
    const { take } = worker(registry);
    const taken = await takeMany(() => take({ lot: "w47" }), 357);
    expect(taken.slice(0, 356)).toEqual(Array.from({ length: 356 }, (_, index) => index));
    expect(taken[356]).toBe(pageSize);
  });

  it("gives many slots at once, next to each other, for one look at the lot", async () => {
    const registry = fakeSlotRegistry(anAuthority());
    const { source } = worker(registry);
    const some = await source.takeSome({ tenant: "acme", lot: "w47", validUntil: noon }, 50);
    expect(some.map(({ slot }) => slot)).toEqual(Array.from({ length: 50 }, (_, index) => index));
    const rest = await source.takeSome({ tenant: "acme", lot: "w47", validUntil: noon }, 50);
    expect(rest.map(({ slot }) => slot)).toEqual(Array.from({ length: 14 }, (_, index) => 50 + index));
    expect(registry.calls).toMatchObject({ marks: 2, chunks: 1, cuts: 1 });
  });

  it("asked by many at once within one worker is drawn on once", async () => {
    const registry = fakeSlotRegistry(anAuthority());
    const { take } = worker(registry);
    const taken = await Promise.all(Array.from({ length: 64 }, () => take({ lot: "w47" })));
    expect(taken.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, index) => index));
    expect(registry.calls.chunks).toBe(1);
  });

  it.each([
    { name: "a manifest", expectedHolders: 3, purpose: "enrol", only: true },
    { name: "a manifest, for a renewal", expectedHolders: 3, purpose: "renew", only: false },
    { name: "no manifest", expectedHolders: undefined, purpose: "enrol", only: false },
  ] as const)(
    "with $name keeps its slots for expected holders: $only",
    async ({ expectedHolders, purpose, only }) => {
      const registry = fakeSlotRegistry(anAuthority());
      if (expectedHolders !== undefined) registry.changeLot("acme", "w47", { expectedHolders });
      const need = { tenant: "acme", lot: "w47", validUntil: noon, purpose };
      expect(await worker(registry).source.take(need)).toMatchObject({ forExpectedHolder: only });
    },
  );

  it("goes on in a further block when the time of its block is over, and until then in the same", async () => {
    const clock = handClock();
    const { take } = worker(fakeSlotRegistry(anAuthority()), clock);
    await take({ lot: "w47" });
    clock.forward(90 * dayMs - 1);
    expect(await take({ lot: "w47" })).toBe(1);
    clock.forward(1);
    expect(await take({ lot: "w47" })).toBe(pageSize);
  });

  it("goes on in a block of the new authority when another issues", async () => {
    const registry = fakeSlotRegistry(anAuthority(), anAuthority({ id: "m2", state: "prepared" }));
    const { source, take } = worker(registry);
    await take({ lot: "w47" });
    registry.change("m1", { state: "draining" });
    registry.change("m2", { state: "active" });
    const { source: fresh } = worker(registry);
    expect(await fresh.take({ tenant: "acme", lot: "w47", validUntil: noon })).toMatchObject({
      authority: { id: "m2" },
      slot: 0,
    });
    expect(source).toBeDefined();
  });

  it("has a block of its own for renewals", async () => {
    const registry = fakeSlotRegistry(anAuthority());
    const { take } = worker(registry);
    expect(await take({ lot: "w47" })).toBe(0);
    expect(await take({ lot: "w47", purpose: "renew" })).toBe(pageSize);
    expect(await take({ lot: "w47" })).toBe(1);
    expect(registry.blocks.map(({ owner }) => owner.kind)).toEqual(["lot", "renewal"]);
  });

  it("larger than the pages ahead asks for them, and comes in once they are there", async () => {
    const registry = fakeSlotRegistry(anAuthority({ nextSlot: 1 }));
    const { take } = worker(registry);
    registry.changeLot("acme", "w47", { announcedSize: 250_000 });
    const need = { lot: "w47" };
    await expect(take(need)).rejects.toMatchObject({
      code: "authority.unavailable",
      data: { retryAfterSeconds: 2 },
    });
    expect(registry.wanted.get("m1")).toBe(63 * pageSize);
    registry.change("m1", { provisionedSlots: 63 * pageSize });
    expect(await take(need)).toBe(pageSize);
  });
});

describe("a revoked lot", () => {
  const revocation = { reason: "keyCompromise", revokedAt: noon, actor: "event:soc:1" } as const;

  it("gets no slot, whether the worker has some of it or none", async () => {
    const registry = fakeSlotRegistry(anAuthority());
    const [holder, other] = [worker(registry), worker(registry)];
    await holder.take({ lot: "w47" });
    registry.changeLot("acme", "w47", { revocation });
    const refusal = { code: "lot.revoked", data: { lot: "w47" } };
    await expect(holder.take({ lot: "w47" })).rejects.toMatchObject(refusal);
    await expect(other.take({ lot: "w47" })).rejects.toMatchObject(refusal);
    await expect(holder.take({ lot: "w47", purpose: "renew" })).rejects.toMatchObject(refusal);
  });

  it("leaves other lots, and a namesake of another tenant, alone", async () => {
    const registry = fakeSlotRegistry(anAuthority());
    registry.changeLot("acme", "w47", { revocation });
    const { take } = worker(registry);
    expect(await take({ lot: "w48" })).toBe(0);
    expect(await take({ lot: "w47", tenant: "umbrella" })).toBe(pageSize);
    expect(await take()).toBe(2 * pageSize);
  });
});

describe("an online pool", () => {
  it("is used for an hour, and dropped then", async () => {
    const clock = handClock();
    const { take } = worker(fakeSlotRegistry(anAuthority()), clock);
    await take();
    clock.forward(dayMs / 24 - 1);
    expect(await take()).toBe(1);
    clock.forward(1);
    expect(await take()).toBe(64);
  });

  it("is not a place to give an outdated slot back to", async () => {
    const clock = handClock();
    const { source, take } = worker(fakeSlotRegistry(anAuthority()), clock);
    const { giveBack } = await source.take({ tenant: "acme", validUntil: noon });
    clock.forward(dayMs / 24);
    giveBack();
    expect(await take()).toBe(64);
  });
});
