// Revoked serials at the edge: one key each while the registry says so, none afterwards.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { publish } from "#core/publication/publish.ts";
import { generationKey } from "#core/slot-page/generation.ts";
import { noon } from "#support/fixed-time.ts";
import { aForeignAuthority, aSerial } from "#support/records.ts";
import { fakeRegistry, fakeStore } from "./fake-edge-store.ts";

function aWorld() {
  const registry = fakeRegistry(
    aForeignAuthority(),
    aForeignAuthority({ id: "p2", issuerDn: "CN=Another Partner" }),
  );
  const store = fakeStore();
  const tell = (...keys: readonly string[]) => {
    const serials = keys.map(key => {
      const [, authorityId = "", serial = ""] = key.split(".");
      return { authorityId, serial: aSerial(serial) };
    });
    return publish({ registry, store, now: () => noon }, { pages: [], serials, authorities: [] });
  };
  const held = () => [...store.contents].filter(([key]) => key !== generationKey).sort();
  return { registry, store, tell, held };
}

describe("a revoked serial", () => {
  it("has a key of its authority's, without a value, until the registry drops it", async () => {
    const { registry, tell, held } = aWorld();
    registry.revoked.add("s.p1.04").add("s.p2.9a0b");
    await tell("s.p1.04", "s.p1.05", "s.p2.9a0b");
    expect(held()).toEqual([
      ["s.p1.04", ""],
      ["s.p2.9a0b", ""],
    ]);
    registry.revoked.delete("s.p1.04");
    await tell("s.p1.04");
    expect(held()).toEqual([["s.p2.9a0b", ""]]);
  });

  it("that is told twice in a batch is written once, as a store demands", async () => {
    const { registry, store, tell } = aWorld();
    registry.revoked.add("s.p1.04");
    await tell("s.p1.04", "s.p1.04", "s.p1.05", "s.p1.05");
    expect(store.batches).toEqual([3]);
  });

  it("is looked up again after a conflict: one that went meanwhile is not written", async () => {
    const { registry, store, tell, held } = aWorld();
    registry.revoked.add("s.p1.04");
    let interfered = false;
    store.beforeWrite = () => {
      if (!interfered) {
        interfered = true;
        registry.revoked.delete("s.p1.04");
        store.touch();
      }
    };
    await tell("s.p1.04");
    expect(held()).toEqual([]);
  });

  it("that finds no room closes its authority, and no other: more are refused than should be, never fewer", async () => {
    const { registry, store, tell } = aWorld();
    await publish({ registry, store, now: () => noon }, { pages: [], authorities: ["p1", "p2"] });
    const records = (): readonly string[] =>
      [...store.contents.values()].filter(value => / p[12] /.test(value)).sort();
    expect(records().map(value => value[0])).toEqual(["f", "f"]);
    const used = [...store.contents].flat().join("").length;
    store.capacityBytes = used;
    registry.revoked.add("s.p1.04");
    await expect(tell("s.p1.04")).rejects.toMatchObject({ code: "edge_store.full" });
    expect(records()).toEqual(["f p2 0 0", "x p1 0 0"]);
  });

  it("ends at the registry's word, whatever came and went and in whatever order it was told", async () => {
    const keys = ["s.p1.01", "s.p1.02", "s.p2.01", "s.p2.ff"] as const;
    const steps = fc.array(
      fc.record({ key: fc.constantFrom(...keys), revoked: fc.boolean(), told: fc.boolean() }),
    );
    await fc.assert(
      fc.asyncProperty(steps, async all => {
        const { registry, tell, held } = aWorld();
        for (const { key, revoked, told } of all) {
          if (revoked) registry.revoked.add(key);
          else registry.revoked.delete(key);
          if (told) await tell(key);
        }
        await tell(...keys);
        expect(held()).toEqual([...registry.revoked].sort().map(key => [key, ""]));
      }),
    );
  });
});
