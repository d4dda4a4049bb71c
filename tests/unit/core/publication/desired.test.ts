// What the edge store must hold, as a function of registry rows and the time alone.
import { describe, expect, it } from "vitest";
import { authorityStates } from "#core/authority/authority.ts";
import { desiredAuthorityRecord, desiredPage } from "#core/publication/desired.ts";
import type { DeniedSlot } from "#core/publication/ports.ts";
import { parseAuthorityRecord } from "#core/slot-page/authority-record.ts";
import { decodePage } from "#core/slot-page/decode.ts";
import { authorityKey } from "#core/slot-page/digest.ts";
import { dayMs, fromNoon, noon } from "#support/fixed-time.ts";
import { anAuthority } from "#support/records.ts";

const later = fromNoon(365 * dayMs);

/** The offsets that the page refuses at the edge. */
function refused(denied: readonly DeniedSlot[], now = noon): readonly number[] {
  const page = decodePage(desiredPage(denied, now)) ?? [];
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
    const foreign = anAuthority({ layout: "serials" });
    const distrusted = anAuthority({ layout: "serials", state: "distrusted" });
    expect((await desiredAuthorityRecord(foreign)).value).toBe("f m1 0 0");
    expect((await desiredAuthorityRecord(distrusted)).value).toBe("x m1 0 0");
  });

  it("that does not fit the store's format is never written", async () => {
    await expect(desiredAuthorityRecord(anAuthority({ id: "M 1" }))).rejects.toThrow("invariant broken");
  });
});
