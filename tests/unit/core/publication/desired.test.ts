// What the edge store must hold, as a function of registry rows and the time alone.
import { describe, expect, it } from "vitest";
import { authorityStates } from "#core/authority/authority.ts";
import type { Order } from "#core/order/order.ts";
import { desiredAuthorityRecord, desiredBits, pageChange } from "#core/publication/desired.ts";
import type { DeniedSlot } from "#core/publication/ports.ts";
import { parseAuthorityRecord } from "#core/slot-page/authority-record.ts";
import { decodePage } from "#core/slot-page/decode.ts";
import { authorityKey } from "#core/slot-page/digest.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import { aForeignAuthority, anAuthority, aSlot } from "#support/records.ts";

const later = fromNoon(365 * dayMs);

const desiredPage = (
  denied: readonly DeniedSlot[],
  now: Date,
  orders: readonly Order[] = [],
  firstSlot = 0,
) => pageChange("m1.0", desiredBits({ firstSlot, denied, orders }, now)).value;

/** The offsets that the page refuses at the edge. */
function refused(...rows: [readonly DeniedSlot[], Date?, (readonly Order[])?, number?]): readonly number[] {
  const [denied, now = noon, orders, firstSlot] = rows;
  const page = decodePage(desiredPage(denied, now, orders, firstSlot)) ?? [];
  return Array.from(page).flatMap((bit, offset) => (bit === 1 ? [offset] : []));
}

describe("a page", () => {
  it("without denied slots is all good", () => {
    expect(desiredPage([], noon)).toBe("g");
  });

  it("refuses what is revoked, held or burnt, first and last slot included, and nothing else", () => {
    const denied: readonly DeniedSlot[] = [
      { offset: 0, state: "revoked", notAfter: later },
      { offset: 0x2f3, state: "held", notAfter: later },
      { offset: 4095, state: "burnt", notAfter: later },
    ];
    expect(refused(denied)).toEqual([0, 0x2f3, 4095]);
  });

  it("is the same text for the same rows in any order", () => {
    const denied: readonly DeniedSlot[] = [7, 1, 4000].map(offset => ({
      offset,
      state: "revoked",
      notAfter: later,
    }));
    expect(desiredPage([...denied].reverse(), noon)).toBe(desiredPage(denied, noon));
  });

  it.each([
    { name: "until a day after the end of its life", ms: -dayMs, expected: [7] },
    { name: "no longer after that", ms: -dayMs - 1, expected: [] },
  ])("refuses a revoked certificate $name", ({ ms, expected }) => {
    expect(refused([{ offset: 7, state: "revoked", notAfter: fromNoon(ms) }])).toEqual(expected);
  });

  it("refuses a burnt slot for ever: what the CA signed for it, and until when, is not known", () => {
    expect(refused([{ offset: 7, state: "burnt", notAfter: fromNoon(-3650 * dayMs) }])).toEqual([7]);
  });

  it("lets an expired slot take its neighbours' value, for a shorter text", () => {
    const lot: readonly DeniedSlot[] = Array.from({ length: 4096 }, (_, offset) => ({
      offset,
      state: "revoked",
      notAfter: offset === 9 ? fromNoon(-2 * dayMs) : later,
    }));
    expect(desiredPage(lot, noon)).toBe("r");
  });
});

describe("an order", () => {
  const order = (first: number, last: number, state: Order["state"] = "revoked"): Order => ({
    id: "ord_1",
    authorityId: "m1",
    first: aSlot(first),
    last: aSlot(last),
    state,
    actor: "operator:ada",
    at: noon,
  });

  it.each(["revoked", "held"] as const)("that is %s refuses its slots, first and last included", state => {
    expect(refused([], noon, [order(5, 7, state)])).toEqual([5, 6, 7]);
  });

  it("that is lifted uncovers what was there before it", () => {
    const denied: readonly DeniedSlot[] = [{ offset: 6, state: "revoked", notAfter: later }];
    expect(refused(denied, noon, [order(5, 7, "held")])).toEqual([5, 6, 7]);
    expect(refused(denied, noon, [order(5, 7, "lifted")])).toEqual([6]);
  });

  it("that is lifted takes nothing from another over the same slots", () => {
    expect(refused([], noon, [order(5, 7), order(0, 4095, "lifted")])).toEqual([5, 6, 7]);
  });

  it.each([
    { name: "ends before the page", first: 0, last: 4095, expected: [] },
    { name: "reaches its first slot", first: 0, last: 4096, expected: [0] },
    { name: "begins at its last slot", first: 8191, last: 99_999, expected: [4095] },
    { name: "begins after the page", first: 8192, last: 99_999, expected: [] },
  ])("that $name refuses $expected of it", ({ first, last, expected }) => {
    expect(refused([], noon, [order(first, last)], 4096)).toEqual(expected);
  });

  it("over the whole page is one character", () => {
    expect(desiredPage([], noon, [order(0, 249_999)], 8192)).toBe("r");
  });
});

describe("what a page becomes in a full store", () => {
  const changeOf = (denied: readonly DeniedSlot[]) =>
    pageChange("m1.0", desiredBits({ firstSlot: 0, denied, orders: [] }, noon));

  it("refuses all its slots when it refuses any", () => {
    expect(changeOf([{ offset: 7, state: "revoked", notAfter: later }])).toMatchObject({
      whenFull: { value: "r" },
    });
  });

  it("is nothing when it refuses none", () => {
    expect(changeOf([])).toEqual({ key: "m1.0", value: "g" });
    expect(changeOf([{ offset: 7, state: "revoked", notAfter: fromNoon(-2 * dayMs) }])).not.toHaveProperty(
      "whenFull",
    );
  });
});

describe("an authority's record", () => {
  it("is under the key of the name that the edge sees, in either rendering", async () => {
    const { key } = await desiredAuthorityRecord(anAuthority({ issuerDn: "CN=Device CA,O=Edgecert Test" }));
    expect(key).toBe(await authorityKey("O=Edgecert Test, CN=Device CA"));
    expect(key).toBe(await authorityKey("CN=Device CA,O=Edgecert Test"));
  });

  it("carries id, floor and first live slot", async () => {
    const { value } = await desiredAuthorityRecord(
      anAuthority({ notBeforeFloor: 1_700_000_000, firstLiveSlot: 4096 }),
    );
    expect(value).toBe("m m1 1700000000 4096");
  });

  const layouts = {
    prepared: "slots",
    active: "slots",
    draining: "slots",
    retired: "closed",
    distrusted: "closed",
  } as const;
  it.each(authorityStates)("in the state %s has the layout that the state leaves it", async state => {
    const { value } = await desiredAuthorityRecord(anAuthority({ state }));
    expect(parseAuthorityRecord(value)?.layout).toBe(layouts[state]);
  });

  it("of a foreign authority is judged by serials, until it is distrusted", async () => {
    const foreign = aForeignAuthority();
    const distrusted = aForeignAuthority({ state: "distrusted" });
    expect((await desiredAuthorityRecord(foreign)).value).toBe("f p1 0 0");
    expect((await desiredAuthorityRecord(distrusted)).value).toBe("x p1 0 0");
  });

  it("that does not fit the store's format is never written", async () => {
    await expect(desiredAuthorityRecord(anAuthority({ id: "M 1" }))).rejects.toThrow("invariant broken");
  });
});
