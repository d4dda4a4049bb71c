// Pages stand before the slots that need them: no certificate is delivered that the edge refuses for want of a page.
import { describe, expect, it } from "vitest";
import { pagesAhead, provisionTarget, publishAuthority } from "#core/publication/provision.ts";
import { noon } from "#support/fixed-time.ts";
import { anAuthority } from "#support/records.ts";
import { fakeRegistry, fakeStore } from "./fake-edge-store.ts";

const pageSize = 4096;
const enough = (pagesAhead / 2) * pageSize;

describe("the target", () => {
  it("of a new authority is 48 pages", () => {
    expect(provisionTarget(anAuthority({ provisionedSlots: 0 }))).toBe(48 * pageSize);
  });

  it.each([
    { name: "half of them left", provisionedSlots: enough, target: enough },
    { name: "a slot less left", provisionedSlots: enough - 1, target: 48 * pageSize },
  ])("with $name is $target", ({ provisionedSlots, target }) => {
    expect(provisionTarget(anAuthority({ provisionedSlots }))).toBe(target);
  });

  it.each([
    { nextSlot: 30 * pageSize - 1, target: 77 * pageSize },
    { nextSlot: 30 * pageSize, target: 78 * pageSize },
  ])("counts from the page of the next slot, $nextSlot", ({ nextSlot, target }) => {
    expect(provisionTarget(anAuthority({ nextSlot, provisionedSlots: 48 * pageSize }))).toBe(target);
  });

  it.each([
    { name: "fits the pages it has", wantedSlots: enough, target: enough },
    { name: "fits the pages ahead", wantedSlots: enough + 1, target: 48 * pageSize },
    { name: "needs a slot more than those", wantedSlots: 48 * pageSize + 1, target: (49 + 24) * pageSize },
    { name: "needs 62 pages", wantedSlots: 62 * pageSize, target: (62 + 24) * pageSize },
  ])("for a block that $name is $target", ({ wantedSlots, target }) => {
    expect(provisionTarget(anAuthority({ provisionedSlots: enough, wantedSlots }))).toBe(target);
  });

  it.each(["draining", "retired", "distrusted"] as const)("of a %s authority is what it has", state => {
    expect(provisionTarget(anAuthority({ state, provisionedSlots: 0 }))).toBe(0);
  });

  it("of a prepared authority is what it will need: its pages are there before it may issue", () => {
    expect(provisionTarget(anAuthority({ state: "prepared", provisionedSlots: 0 }))).toBe(48 * pageSize);
  });
});

describe("publishing an authority", () => {
  const aWorld = (provisionedSlots: number, nextSlot = 0) => {
    const registry = fakeRegistry(anAuthority({ provisionedSlots, nextSlot }));
    const store = fakeStore();
    return { registry, store, deps: { registry, store, now: () => noon } };
  };
  const mark = `provisioned m1 ${48 * pageSize}`;

  it("writes its record and its first pages, and only then raises the mark", async () => {
    const { deps, registry, store } = aWorld(0);
    store.beforeWrite = () => expect(registry.calls).not.toContain(mark);
    await publishAuthority(deps, "m1");
    expect(store.contents.size).toBe(50);
    expect([store.contents.get("m1.0"), store.contents.get("m1.2f")]).toEqual(["g", "g"]);
    expect(registry.calls.at(-1)).toBe(mark);
  });

  it("leaves the mark when the store does not take the pages", async () => {
    const { deps, registry, store } = aWorld(0);
    store.capacityBytes = 0;
    await expect(publishAuthority(deps, "m1")).rejects.toMatchObject({ code: "edge_store.full" });
    expect(registry.calls).not.toContain(mark);
  });

  it("writes only the pages it lacks, from its mark on", async () => {
    const { deps, store } = aWorld(48 * pageSize, 30 * pageSize);
    await publishAuthority(deps, "m1");
    expect([...store.contents.keys()].filter(key => key.startsWith("m1."))).toEqual(
      Array.from({ length: 30 }, (_, index) => `m1.${(48 + index).toString(16)}`),
    );
  });

  it("with enough pages writes its record alone, and that only when the store has another", async () => {
    const { deps, registry, store } = aWorld(48 * pageSize);
    await publishAuthority(deps, "m1");
    expect([...store.contents.keys()].filter(key => key.startsWith("m1."))).toEqual([]);
    expect([...store.contents.values()]).toContain("m m1 0 0");
    expect(await publishAuthority(deps, "m1")).toMatchObject({ keys: 0, calls: 0 });
    registry.authorities.set("m1", anAuthority({ state: "distrusted" }));
    await publishAuthority(deps, "m1");
    expect([...store.contents.values()]).toContain("x m1 0 0");
    expect(registry.calls).toEqual([]);
  });

  it("again changes nothing", async () => {
    const { deps, store } = aWorld(0);
    await publishAuthority(deps, "m1");
    const before = new Map(store.contents);
    await publishAuthority(deps, "m1");
    expect(store.contents).toEqual(before);
  });

  it("that is not there does nothing", async () => {
    const { deps, store } = aWorld(0);
    expect(await publishAuthority(deps, "m9")).toMatchObject({ keys: 0, calls: 0 });
    expect(store.contents.size).toBe(0);
  });
});
