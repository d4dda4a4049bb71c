// Slots are handed out once: by one worker, by racing ones, and across a change of authority.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type SlotRegistry, slotSource } from "#core/authority/slot-source.ts";
import { type HandClock, handClock, noon } from "#support/fixed-time.ts";
import { aForeignAuthority, anAuthority } from "#support/records.ts";
import { fakeSlotRegistry } from "./fake-slot-registry.ts";

const blockSize = 4;
const cacheMs = 5_000;

const counter = fakeSlotRegistry;

const need = { tenant: "acme", validUntil: noon };

function worker(registry: SlotRegistry, clock: HandClock = handClock()) {
  const source = slotSource(registry, { blockSize, cacheMs, now: clock.now, pause: async () => undefined });
  const take = () => source.take(need);
  const takeText = async (): Promise<string> => {
    const { authority, slot } = await take();
    return `${authority.id}/${slot}`;
  };
  const { authorityById, recordExhausted } = source;
  return { authorityById, recordExhausted, take, takeText };
}

async function takeMany(take: () => Promise<string>, count: number): Promise<readonly string[]> {
  const taken: string[] = [];
  for (let index = 0; index < count; index += 1) taken.push(await take());
  return taken;
}

describe("one worker", () => {
  it("hands slots out in order, block after block, with one write per block", async () => {
    const registry = counter(anAuthority());
    expect(await takeMany(worker(registry).takeText, 6)).toEqual([
      "m1/0",
      "m1/1",
      "m1/2",
      "m1/3",
      "m1/4",
      "m1/5",
    ]);
    expect(registry.calls.cuts).toBe(2);
  });

  it("hands a slot that came back out again, before any other", async () => {
    const { take, takeText } = worker(counter(anAuthority()));
    const { giveBack } = await take();
    giveBack();
    expect(await takeMany(takeText, 2)).toEqual(["m1/0", "m1/1"]);
  });

  it("takes back a slot of an earlier block of the same authority", async () => {
    const { take, takeText } = worker(counter(anAuthority()));
    const { giveBack } = await take();
    await takeMany(takeText, blockSize);
    giveBack();
    expect(await takeMany(takeText, 2)).toEqual(["m1/0", "m1/5"]);
  });

  it("keeps its calls disjoint when they overlap", async () => {
    const { takeText } = worker(counter(anAuthority()));
    const taken = await Promise.all(Array.from({ length: 5 }, takeText));
    expect(new Set(taken).size).toBe(5);
  });
});

describe("racing workers", () => {
  it("never hand out the same slot", async () => {
    const registry = counter(anAuthority());
    const workers = Array.from({ length: 5 }, () => worker(registry));
    const taken = await Promise.all(workers.map(({ takeText }) => takeMany(takeText, 9)));
    expect(new Set(taken.flat()).size).toBe(45);
  });

  it("never do, however their calls are interleaved and whatever slots come back", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(fc.boolean(), { maxLength: 20 }), async (order, returns) => {
        const registry = counter(anAuthority());
        const racing = {
          ...registry,
          listAuthorities: order.scheduleFunction(registry.listAuthorities),
          cutBlock: order.scheduleFunction(registry.cutBlock),
        };
        const work = async (): Promise<readonly number[]> => {
          const { take } = worker(racing);
          const kept: number[] = [];
          for (const returned of returns) {
            const { slot, giveBack } = await take();
            if (returned) giveBack();
            else kept.push(slot);
          }
          return kept;
        };
        const kept = (await order.waitFor(Promise.all([work(), work(), work()]))).flat();
        expect(new Set(kept).size).toBe(kept.length);
      }),
    );
  });

  it("are told to come back when the counter keeps moving", async () => {
    const registry = counter(anAuthority());
    const losing = { ...registry, cutBlock: async () => false };
    await expect(worker(losing).take()).rejects.toMatchObject({ code: "registry.busy" });
  });
});

describe("pages", () => {
  it("are waited for: no slot is handed out without one", async () => {
    const registry = counter(anAuthority({ nextSlot: 4093, provisionedSlots: 4096 }));
    await expect(worker(registry).take()).rejects.toMatchObject({
      code: "authority.unavailable",
      data: { retryAfterSeconds: 2 },
    });
    expect(registry.calls.cuts).toBe(0);
  });

  it("suffice when the block ends with the last of them", async () => {
    const registry = counter(anAuthority({ nextSlot: 4092, provisionedSlots: 4096 }));
    expect(await takeMany(worker(registry).takeText, 4)).toEqual([
      "m1/4092",
      "m1/4093",
      "m1/4094",
      "m1/4095",
    ]);
  });

  it("that arrive later serve the next call", async () => {
    const registry = counter(anAuthority({ provisionedSlots: 0 }));
    const { takeText } = worker(registry);
    await expect(takeText()).rejects.toMatchObject({ code: "authority.unavailable" });
    registry.change("m1", { provisionedSlots: 4096 });
    expect(await takeText()).toBe("m1/0");
  });
});

describe("the issuing authority", () => {
  it.each(["prepared", "draining", "retired", "distrusted"] as const)("is never a %s one", async state => {
    const registry = counter(anAuthority({ state }));
    await expect(worker(registry).take()).rejects.toMatchObject({
      code: "authority.unavailable",
      data: { retryAfterSeconds: 30 },
    });
  });

  it("is never one whose certificates carry no slot", async () => {
    const registry = counter(aForeignAuthority());
    await expect(worker(registry).take()).rejects.toMatchObject({ code: "authority.unavailable" });
  });

  it("changes when another becomes active, at the latest after the cache's time", async () => {
    const registry = counter(anAuthority(), anAuthority({ id: "m2", state: "prepared" }));
    const clock = handClock();
    const { takeText } = worker(registry, clock);
    expect(await takeText()).toBe("m1/0");
    registry.change("m1", { state: "draining" });
    registry.change("m2", { state: "active" });
    clock.forward(cacheMs);
    expect(await takeText()).toBe("m1/1");
    clock.forward(1);
    expect(await takeMany(takeText, 2)).toEqual(["m2/0", "m2/1"]);
  });

  it("stops issuing at once for a worker with slots left, when none takes its place", async () => {
    const registry = counter(anAuthority());
    const clock = handClock();
    const { takeText } = worker(registry, clock);
    await takeText();
    registry.change("m1", { state: "distrusted" });
    clock.forward(cacheMs + 1);
    await expect(takeText()).rejects.toMatchObject({ code: "authority.unavailable" });
  });

  // The number alone says nothing of its authority: 0 of m1, given back into m2's pool, would be m2's slot 0 twice.
  it("is never given a slot of the one before it", async () => {
    const registry = counter(anAuthority(), anAuthority({ id: "m2", state: "prepared" }));
    const clock = handClock();
    const { take, takeText } = worker(registry, clock);
    const { giveBack } = await take();
    registry.change("m1", { state: "draining" });
    registry.change("m2", { state: "active" });
    clock.forward(cacheMs + 1);
    expect(await takeText()).toBe("m2/0");
    giveBack();
    expect(await takeText()).toBe("m2/1");
  });
});

describe("authorities by id", () => {
  it("are found in the cache, without another read", async () => {
    const registry = counter(anAuthority());
    const { authorityById } = worker(registry);
    await authorityById("m1");
    expect(await authorityById("m1")).toMatchObject({ id: "m1" });
    expect(registry.calls.reads).toBe(1);
  });

  it("are read anew when the cache does not know them, in whatever state", async () => {
    const registry = counter(anAuthority());
    const { authorityById } = worker(registry);
    expect(await authorityById("m2")).toBeUndefined();
    registry.change("m2", { id: "m2", state: "retired" });
    expect(await authorityById("m2")).toMatchObject({ id: "m2", state: "retired" });
  });
});

describe("an authority whose CA is used up", () => {
  const exhaustedAt = noon;

  it("hands out no slot, not even one in hand; the next by id does", async () => {
    const registry = counter(anAuthority(), anAuthority({ id: "m2" }));
    const clock = handClock();
    const { takeText } = worker(registry, clock);
    expect(await takeText()).toBe("m1/0");
    registry.change("m1", { exhaustedAt });
    clock.forward(cacheMs + 1);
    expect(await takeMany(takeText, 2)).toEqual(["m2/0", "m2/1"]);
  });

  it("is forgotten at once by the worker that finds out", async () => {
    const registry = counter(anAuthority(), anAuthority({ id: "m2" }));
    const { take, takeText, recordExhausted } = worker(registry);
    const { authority } = await take();
    const audit = { subject: "m1", action: "authority.exhausted", actor: "operator:ada" } as const;
    expect(await recordExhausted(authority, { ...audit, requestId: "r1", at: noon, facts: {} })).toBe(true);
    expect(await takeText()).toBe("m2/0");
  });

  it("refuses with ca.exhausted when there is no other that is active", async () => {
    const registry = counter(anAuthority({ exhaustedAt }), anAuthority({ id: "m2", state: "draining" }));
    await expect(worker(registry).take()).rejects.toMatchObject({ code: "ca.exhausted" });
  });
});
