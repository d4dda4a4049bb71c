// The brake holds from one certificate beyond the cap on, in any 60 minutes, and lets go when they are over.
import { describe, expect, it } from "vitest";
import { type BrakeState, capOf, drawn, fits, liveThatMatter, usedOf } from "#core/automation/brake.ts";
import { usualBrake } from "#core/automation/rule.ts";
import { fromNoon, noon } from "#support/fixed-time.ts";

const minuteMs = 60_000;
const tenant = { kind: "tenant", tenant: "acme" } as const;
const fresh: BrakeState = { ruleId: "reports", scope: tenant, minutes: {}, version: 0 };
const draw = (state: BrakeState, wanted: number, cap = 100) => ({ state, wanted, cap });

describe("the brake", () => {
  it.each([
    [100, true],
    [101, false],
  ])("lets %i of 100 through: %s", (wanted, through) => {
    expect(fits(draw(fresh, wanted), noon)).toBe(through);
  });

  it("counts what went before, to the last one", () => {
    const used = drawn(draw(fresh, 60), noon);
    expect(fits(draw(used, 40), fromNoon(59 * minuteMs))).toBe(true);
    expect(fits(draw(used, 41), fromNoon(59 * minuteMs))).toBe(false);
  });

  it("looks back over any hour, not over hours of the clock", () => {
    const before = new Date(Date.UTC(2026, 2, 1, 12, 59));
    const after = new Date(Date.UTC(2026, 2, 1, 13, 1));
    expect(fits(draw(drawn(draw(fresh, 100), before), 1), after)).toBe(false);
  });

  it.each([
    [60, false],
    [61, true],
  ])("%i minutes later takes as many again: %s", (minutes, through) => {
    const used = drawn(draw(fresh, 100), noon);
    expect(fits(draw(used, 100), fromNoon(minutes * minuteMs))).toBe(through);
  });

  it("asked for nothing never holds", () => {
    expect(fits(draw(drawn(draw(fresh, 100), noon), 0), noon)).toBe(true);
  });

  it("remembers 61 minutes at most, however long it is drawn on", () => {
    let state = fresh;
    for (let minute = 0; minute < 500; minute += 1)
      state = drawn(draw(state, 1), fromNoon(minute * minuteMs));
    expect(Object.keys(state.minutes)).toHaveLength(61);
    expect(usedOf(state, fromNoon(499 * minuteMs))).toBe(61);
    expect(state.version).toBe(500);
  });
});

describe("the cap", () => {
  it.each([
    { live: 0, cap: 10, because: "a small tenant may lose so many" },
    { live: 100, cap: 10, because: "ten of a hundred are ten percent" },
    { live: 109, cap: 10, because: "a share is rounded down" },
    { live: 500, cap: 50, because: "a share" },
    { live: 1_000, cap: 100, because: "the share is the number" },
    { live: 100_000, cap: 100, because: "the number is the smaller" },
  ])("of a tenant with $live certificates is $cap: $because", ({ live, cap }) => {
    expect(capOf(usualBrake, tenant, live)).toBe(cap);
  });

  it("without a share is the number, and so it is where there is no tenant", () => {
    const { percent: _percent, ...absolute } = usualBrake;
    expect(capOf(absolute, tenant, 3)).toBe(100);
    expect(capOf(usualBrake, { kind: "authority", authorityId: "p1" }, undefined)).toBe(100);
  });

  it("of all tenants together is a number of its own", () => {
    expect(capOf(usualBrake, { kind: "all" }, undefined)).toBe(500);
  });

  it("never needs more certificates counted than make the share as large as the number", () => {
    expect(liveThatMatter(usualBrake)).toBe(1_000);
    expect(capOf(usualBrake, tenant, liveThatMatter(usualBrake))).toBe(usualBrake.certificates);
    expect(liveThatMatter({ ...usualBrake, certificates: 1_000_000, percent: 1 })).toBe(100_000_000);
  });
});
