// The store ends at the registry's content, whoever else writes and wherever a publisher stops (invariants I5, I6).
import { describe, expect, it } from "vitest";
import { desiredPage } from "#core/publication/desired.ts";
import type { DeniedSlot } from "#core/publication/ports.ts";
import { publish } from "#core/publication/publish.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import { anAuthority } from "#support/records.ts";
import { type FakeRegistry, fakeRegistry, fakeStore } from "./fake-edge-store.ts";

const revoked = (...offsets: readonly number[]): readonly DeniedSlot[] =>
  offsets.map(offset => ({ offset, state: "revoked", notAfter: fromNoon(365 * dayMs) }));
const pageNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, page) => `m1.${page.toString(16)}`);

function aWorld(registry: FakeRegistry = fakeRegistry(anAuthority())) {
  const store = fakeStore();
  return { registry, store, deps: { registry, store, now: () => noon } };
}

/** What the pages must hold by the registry as it is now. */
const truth = (registry: FakeRegistry, pages: readonly string[]): Map<string, string> =>
  new Map(pages.map(page => [page, desiredPage(registry.denied.get(page) ?? [], noon)]));

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
    expect(store.contents.get("m1.1")).toBe(desiredPage(revoked(7), noon));
    expect([...store.contents.values()]).toContain("m m1 0 0");
    const totalBytes = [...store.contents].flat().join("").length;
    expect(result).toEqual({ keys: 3, calls: 1, conflicts: 0, totalBytes });
  });

  it("of an authority that does not exist is a broken invariant, and nothing is written", async () => {
    const { deps, store } = aWorld();
    await expect(publish(deps, { pages: ["m1.0"], authorities: ["m9"] })).rejects.toThrow("invariant broken");
    expect(store.contents.size).toBe(0);
  });

  it.each([
    { keys: 50, batches: [50] },
    { keys: 51, batches: [50, 1] },
    { keys: 100, batches: [50, 50] },
  ])("of $keys pages takes batches of $batches", async ({ keys, batches }) => {
    const { deps, store } = aWorld();
    await publish(deps, { pages: pageNames(keys), authorities: [] });
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
    expect(store.contents).toEqual(truth(registry, ["m1.0"]));
    expect(registry.calls).toEqual(["read m1.0", "read m1.0"]);
    expect(result).toMatchObject({ keys: 1, calls: 1, conflicts: 1 });
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
    expect(store.contents).toEqual(truth(registry, pages));
    expect(store.batches).toEqual([50, 50, 10]);
    expect(result).toMatchObject({ keys: 60, calls: 2, conflicts: 1 });
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
    if (ends === "written") expect(await publishing).toMatchObject({ keys: 1, conflicts });
    else await expect(publishing).rejects.toMatchObject({ code: "edge_store.contended" });
  });
});

describe("a full store", () => {
  it("is refused, to be tried again, and not taken for a conflict", async () => {
    const { deps, store, registry } = aWorld();
    store.full = true;
    await expect(publish(deps, { pages: ["m1.0"], authorities: [] })).rejects.toMatchObject({
      code: "edge_store.full",
      data: { retryAfterSeconds: 60 },
    });
    expect(registry.calls).toEqual(["read m1.0"]);
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
    expect(store.contents).toEqual(truth(registry, pages));
  });
});

describe("racing publishers", () => {
  it("end at the registry's content, while it changes under them", async () => {
    const { deps, store, registry } = aWorld();
    const pages = pageNames(3);
    const revocations = [0, 1, 2, 3].map(async offset => {
      const page = pages[offset % 3] ?? "";
      registry.denied.set(page, [...(registry.denied.get(page) ?? []), ...revoked(offset)]);
      await publish(deps, { pages: [page], authorities: [] });
    });
    await Promise.all([...revocations, publish(deps, { pages, authorities: [] })]);
    expect(store.contents).toEqual(truth(registry, pages));
  });
});
