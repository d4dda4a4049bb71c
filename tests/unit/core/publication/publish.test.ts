// The store ends at the registry's content, whoever else writes and wherever a publisher stops (invariants I5, I6).
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { desiredBits, pageChange } from "#core/publication/desired.ts";
import type { DeniedSlot } from "#core/publication/ports.ts";
import { publish } from "#core/publication/publish.ts";
import { generationKey } from "#core/slot-page/generation.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import { anAuthority } from "#support/records.ts";
import { type FakeRegistry, type FakeStore, fakeRegistry, fakeStore } from "./fake-edge-store.ts";

const revoked = (...offsets: readonly number[]): readonly DeniedSlot[] =>
  offsets.map(offset => ({ offset, state: "revoked", notAfter: fromNoon(365 * dayMs) }));
const pageNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, page) => `m1.${page.toString(16)}`);

function aWorld(registry: FakeRegistry = fakeRegistry(anAuthority())) {
  const store = fakeStore();
  return { registry, store, deps: { registry, store, now: () => noon } };
}

const textOf = (denied: readonly DeniedSlot[]): string =>
  pageChange("m1.0", desiredBits({ firstSlot: 0, denied, orders: [] }, noon)).value;

/** What the store holds, but for the publisher's own counter. */
const held = ({ contents }: FakeStore): Map<string, string> =>
  new Map([...contents].filter(([key]) => key !== generationKey));

/** What the pages must hold by the registry as it is now. */
const truth = (registry: FakeRegistry, pages: readonly string[]): Map<string, string> =>
  new Map(pages.map(page => [page, textOf(registry.denied.get(page) ?? [])]));

describe("publishing", () => {
  it("of nothing touches neither store nor registry", async () => {
    const { deps, store, registry } = aWorld();
    expect(await publish(deps, { pages: [], authorities: [] })).toMatchObject({ keys: 0, calls: 0 });
    expect([store.batches, registry.calls]).toEqual([[], []]);
  });

  it("writes pages and authority records, and says how much", async () => {
    const { deps, store, registry } = aWorld();
    registry.denied.set("m1.1", revoked(7));
    const result = await publish(deps, { pages: ["m1.0", "m1.1"], authorities: ["m1"] });
    expect(store.contents.get("m1.0")).toBe("g");
    expect(store.contents.get("m1.1")).toBe(textOf(revoked(7)));
    expect(store.contents.get("g")).toBe(String(noon.getTime()));
    expect([...store.contents.values()]).toContain("m m1 0 0");
    const totalBytes = [...store.contents].flat().join("").length;
    expect(result).toEqual({ keys: 4, calls: 1, conflicts: 0, totalBytes, keyCount: 4 });
  });

  it("of an authority that does not exist is a broken invariant, and nothing is written", async () => {
    const { deps, store } = aWorld();
    await expect(publish(deps, { pages: ["m1.0"], authorities: ["m9"] })).rejects.toThrow("invariant broken");
    expect(store.contents.size).toBe(0);
  });

  it.each([
    { pages: 49, batches: [50] },
    { pages: 50, batches: [50, 1] },
    { pages: 99, batches: [50, 50] },
  ])("of $pages pages and the generation takes batches of $batches", async ({ pages, batches }) => {
    const { deps, store } = aWorld();
    await publish(deps, { pages: pageNames(pages), authorities: [] });
    expect(store.batches).toEqual(batches);
  });

  it("twice leaves the store as it was", async () => {
    const { deps, store } = aWorld();
    await publish(deps, { pages: pageNames(3), authorities: ["m1"] });
    const before = new Map(store.contents);
    await publish(deps, { pages: pageNames(3), authorities: ["m1"] });
    expect(store.contents).toEqual(before);
  });
});

describe("a stale tag", () => {
  it("makes everything be read from the registry anew: a revocation in between is not overwritten", async () => {
    const { deps, store, registry } = aWorld();
    store.beforeWrite = () => {
      store.beforeWrite = () => undefined;
      registry.denied.set("m1.0", revoked(7));
      store.touch();
    };
    const result = await publish(deps, { pages: ["m1.0"], authorities: [] });
    expect(held(store)).toEqual(truth(registry, ["m1.0"]));
    expect(registry.calls).toEqual(["read m1.0", "read m1.0"]);
    expect(result).toMatchObject({ keys: 2, calls: 1, conflicts: 1 });
  });

  it("between two batches makes the first be computed and written again as well", async () => {
    const { deps, store, registry } = aWorld();
    const pages = pageNames(60);
    let writes = 0;
    store.beforeWrite = () => {
      writes += 1;
      if (writes !== 2) return;
      registry.denied.set("m1.0", revoked(7));
      store.touch();
    };
    const result = await publish(deps, { pages, authorities: [] });
    expect(held(store)).toEqual(truth(registry, pages));
    expect(store.batches).toEqual([50, 50, 11]);
    expect(result).toMatchObject({ keys: 61, calls: 2, conflicts: 1 });
  });

  it.each([
    { conflicts: 9, ends: "written" },
    { conflicts: 10, ends: "refused as contended" },
  ])("$conflicts times in a row is $ends", async ({ conflicts, ends }) => {
    const { deps, store } = aWorld();
    let left = conflicts;
    store.beforeWrite = () => {
      if (left > 0) store.touch();
      left -= 1;
    };
    const publishing = publish(deps, { pages: ["m1.0"], authorities: [] });
    if (ends === "written") expect(await publishing).toMatchObject({ keys: 2, conflicts });
    else await expect(publishing).rejects.toMatchObject({ code: "edge_store.contended" });
  });
});

describe("a full store", () => {
  const scattered = revoked(...Array.from({ length: 900 }, (_, index) => (index * 1009) % 4096));

  it("refuses a whole page rather than none of it, and the publisher says so, to be tried again", async () => {
    const { deps, store, registry } = aWorld();
    await publish(deps, { pages: ["m1.0", "m1.1"], authorities: [] });
    registry.denied.set("m1.0", scattered);
    store.capacityBytes = 100;
    await expect(publish(deps, { pages: ["m1.0", "m1.1"], authorities: [] })).rejects.toMatchObject({
      code: "edge_store.full",
      data: { retryAfterSeconds: 60 },
    });
    expect(held(store)).toEqual(new Map(Object.entries({ "m1.0": "r", "m1.1": "g" })));
  });

  it("refuses the pages of every batch, not of the first alone", async () => {
    const { deps, store, registry } = aWorld();
    const pages = pageNames(60);
    await publish(deps, { pages, authorities: [] });
    for (const page of pages) registry.denied.set(page, scattered);
    store.capacityBytes = 1_000;
    await expect(publish(deps, { pages, authorities: [] })).rejects.toMatchObject({
      code: "edge_store.full",
    });
    expect(held(store)).toEqual(new Map(pages.map(page => [page, "r"])));
  });

  it("still takes exactly what there is room for, in the batches after one that did not fit", async () => {
    const { deps, store, registry } = aWorld();
    const pages = pageNames(60);
    await publish(deps, { pages, authorities: [] });
    for (const page of pages.slice(0, 50)) registry.denied.set(page, scattered);
    registry.denied.set("m1.3b", revoked(7));
    store.capacityBytes = 1_000;
    await expect(publish(deps, { pages, authorities: [] })).rejects.toMatchObject({
      code: "edge_store.full",
    });
    expect([store.contents.get("m1.0"), store.contents.get("m1.3b")]).toEqual(["r", textOf(revoked(7))]);
  });

  it("is made good by the next run once there is room", async () => {
    const { deps, store, registry } = aWorld();
    registry.denied.set("m1.0", scattered);
    store.capacityBytes = 100;
    await expect(publish(deps, { pages: ["m1.0"], authorities: [] })).rejects.toMatchObject({
      code: "edge_store.full",
    });
    store.capacityBytes = 5_000;
    await publish(deps, { pages: ["m1.0"], authorities: [] });
    expect(held(store)).toEqual(truth(registry, ["m1.0"]));
  });

  it("that has no room for one character either is refused alike", async () => {
    const { deps, store, registry } = aWorld();
    registry.denied.set("m1.0", scattered);
    store.capacityBytes = 0;
    await expect(publish(deps, { pages: ["m1.0"], authorities: [] })).rejects.toMatchObject({
      code: "edge_store.full",
    });
    expect(store.contents.size).toBe(0);
  });
});

describe("a publisher that is killed between two batches", () => {
  it("is made good by the next run over the same pages", async () => {
    const { deps, store, registry } = aWorld();
    const pages = pageNames(60);
    for (const page of pages) registry.denied.set(page, revoked(1));
    let writes = 0;
    store.beforeWrite = () => {
      writes += 1;
      if (writes === 2) throw new Error("killed");
    };
    await expect(publish(deps, { pages, authorities: [] })).rejects.toThrow("killed");
    expect(store.contents.size).toBe(50);
    await publish(deps, { pages, authorities: [] });
    expect(held(store)).toEqual(truth(registry, pages));
  });
});

describe("racing publishers", () => {
  const pages = pageNames(2);

  /** Records a revocation, then publishes its page: what the table's stream makes of it. */
  type Step = { readonly page: string; readonly offset: number };
  const step = fc.record({ page: fc.constantFrom(...pages), offset: fc.nat({ max: 4095 }) });

  it("end at the registry's content, however their reads and writes are interleaved", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(step, { minLength: 2, maxLength: 4 }),
        async (order, steps) => {
          const { registry, store } = aWorld();
          const deps = {
            now: () => noon,
            registry: { ...registry, readDeniedSlots: order.scheduleFunction(registry.readDeniedSlots) },
            store: {
              ...store,
              readTag: order.scheduleFunction(store.readTag),
              write: order.scheduleFunction(store.write),
            },
          };
          const revoke = async ({ page, offset }: Step): Promise<void> => {
            await order.schedule(Promise.resolve());
            registry.denied.set(page, [...(registry.denied.get(page) ?? []), ...revoked(offset)]);
            await publish(deps, { pages: [page], authorities: [] });
          };
          const all = Promise.all(steps.map(revoke));
          await order.waitFor(all);
          const touched = [...new Set(steps.map(({ page }) => page))];
          expect(held(store)).toEqual(truth(registry, touched));
        },
      ),
    );
  });
});
