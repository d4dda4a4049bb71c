// How full is full: both sides of each threshold, and what the last of the room is kept for.
import { describe, expect, it } from "vitest";
import { desiredAuthorityRecord } from "#core/publication/desired.ts";
import { publishAuthority } from "#core/publication/provision.ts";
import { usageLevel } from "#core/publication/store-usage.ts";
import { noon } from "#support/fixed-time.ts";
import { anAuthority } from "#support/records.ts";
import { fakeRegistry, fakeStore } from "./fake-edge-store.ts";

describe("the level of a store", () => {
  it.each([
    { totalBytes: 0, level: "ample" },
    { totalBytes: 3_499_999, level: "ample" },
    { totalBytes: 3_500_000, level: "warning" },
    { totalBytes: 4_499_999, level: "warning" },
    { totalBytes: 4_500_000, level: "alarm" },
    { totalBytes: 4_749_999, level: "alarm" },
    { totalBytes: 4_750_000, level: "reserved" },
    { totalBytes: 5_000_000, level: "reserved" },
  ])("with $totalBytes of 5,000,000 bytes is $level", ({ totalBytes, level }) => {
    expect(usageLevel({ totalBytes, keyCount: 1, limitBytes: 5_000_000 })).toBe(level);
  });
});

describe("provisioning", () => {
  const provision = async (fillBytes: number) => {
    const registry = fakeRegistry(anAuthority({ nextSlot: 0, provisionedSlots: 0 }));
    const store = { ...fakeStore(), capacityBytes: 5_000_000 };
    store.contents.set("f", "x".repeat(fillBytes - 1));
    await publishAuthority({ registry, store, now: () => noon }, "m1");
    return { pages: [...store.contents.keys()].filter(key => key.startsWith("m1.")).length, registry, store };
  };

  it("writes pages up to 95 % of the store", async () => {
    expect((await provision(4_749_999)).pages).toBe(48);
  });

  it("writes none from there on, does not raise the mark, and still writes the authority's record", async () => {
    const { pages, registry, store } = await provision(4_750_000);
    expect(pages).toBe(0);
    expect(registry.calls.filter(call => call.startsWith("provisioned"))).toEqual([]);
    expect([...store.contents.keys()].filter(key => key.startsWith("a."))).toHaveLength(1);
  });
});

describe("a kill switch", () => {
  it("has a last resort that is shorter than any record of its authority", async () => {
    const authority = anAuthority({ notBeforeFloor: 1_772_366_400, firstLiveSlot: 4_096 });
    const record = await desiredAuthorityRecord(authority);
    const { value, whenFull } = await desiredAuthorityRecord({ ...authority, state: "distrusted" });
    expect(value).toBe("x m1 1772366400 4096");
    expect(whenFull?.value).toBe("x m1 0 0");
    expect(whenFull?.value.length).toBeLessThanOrEqual(record.value.length);
    expect(record.whenFull).toBeUndefined();
  });
});
