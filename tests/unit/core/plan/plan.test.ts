// Plans go forward only, and large ones are looked at by samples that stand for all.
import { describe, expect, it } from "vitest";
import { countsOf, emptyTally } from "#core/plan/counts.ts";
import { weightOf } from "#core/plan/examine.ts";
import { mayBecome, planStateAt, planStates } from "#core/plan/plan.ts";
import { nothingSelected } from "#core/plan/selection.ts";
import { covers, mayMissSuccessors, type PlanSelector, selectorText } from "#core/plan/selector.ts";
import { fromNoon, noon } from "#support/fixed-time.ts";
import { aCertificate, aSerial, aSlot } from "#support/records.ts";

describe("a plan's state", () => {
  it.each(["applied", "expired", "cancelled", "failed"] as const)("%s is the last", state => {
    expect(planStates.filter(to => mayBecome(state, to))).toEqual([]);
  });

  it("is never applying without having been ready or approved", () => {
    expect(planStates.filter(from => mayBecome(from, "applying"))).toEqual(["ready", "approved"]);
    expect(planStates.filter(from => mayBecome(from, "applied"))).toEqual(["applying"]);
  });

  it("expires by itself at its time, unless it is being applied or has ended", () => {
    const at = (state: (typeof planStates)[number], ms: number) =>
      planStateAt({ state, expiresAt: noon }, fromNoon(ms));
    expect(planStates.filter(state => at(state, 0) !== state)).toEqual([
      "counting",
      "ready",
      "awaiting_approval",
      "approved",
    ]);
    expect(at("ready", -1)).toBe("ready");
    expect(at("ready", 0)).toBe("expired");
  });
});

describe("a sample", () => {
  it("stands for all: the weights of those that are looked at add up to the whole", () => {
    for (const whole of [1, 255, 256, 512, 4_096, 262_144]) {
      let weight = 0;
      let looked = 0;
      for (let ordinal = 0; ordinal < whole; ordinal += 1) {
        const one = weightOf(ordinal, false);
        if (one === undefined) continue;
        weight += one;
        looked += 1;
      }
      expect(weight).toBe(whole);
      expect(looked).toBeLessThanOrEqual(256 * (1 + Math.max(0, Math.log2(whole / 256))));
    }
  });

  it("is everything where successors go too", () => {
    expect(weightOf(1_000_001, true)).toBe(1);
  });
});

describe("a selector", () => {
  const certificate = aCertificate({ lot: "w47" });
  const covering: readonly PlanSelector[] = [
    { kind: "certificate", serial: certificate.serial },
    { kind: "certificate", serial: certificate.serial, authorityId: "m1" },
    { kind: "sha256", sha256: certificate.sha256 },
    { kind: "holder", tenant: "acme", holder: "device-1" },
    { kind: "lots", tenant: "acme", lots: ["w46", "w47"] },
    { kind: "tenant", tenant: "acme" },
    { kind: "authority", authorityId: "m1" },
    { kind: "key", spkiSha256: certificate.spkiSha256 },
    { kind: "issued", from: noon, to: fromNoon(1), scope: { kind: "tenant", tenant: "acme" } },
    { kind: "query", filter: { tenant: "acme", state: "active", lot: "w47" } },
  ];
  const passing: readonly PlanSelector[] = [
    { kind: "certificate", serial: aSerial("0a") },
    { kind: "certificate", serial: certificate.serial, authorityId: "m2" },
    { kind: "sha256", sha256: "00".repeat(32) },
    { kind: "holder", tenant: "globex", holder: "device-1" },
    { kind: "lots", tenant: "globex", lots: ["w47"] },
    { kind: "tenant", tenant: "globex" },
    { kind: "authority", authorityId: "m2" },
    { kind: "key", spkiSha256: "00".repeat(32) },
    { kind: "issued", from: fromNoon(-1), to: noon, scope: { kind: "tenant", tenant: "acme" } },
    { kind: "issued", from: noon, to: fromNoon(1), scope: { kind: "authority", authorityId: "m2" } },
    { kind: "query", filter: { tenant: "acme", state: "held" } },
  ];

  it.each(covering)("covers what it names: $kind", selector => {
    expect(covers(selector, certificate)).toBe(true);
  });

  it.each(passing)("passes over what it does not: $kind", selector => {
    expect(covers(selector, certificate)).toBe(false);
  });

  it("has a text of its own, which no other has", () => {
    const all = [...covering, ...passing];
    expect(new Set(all.map(selectorText)).size).toBe(all.length);
  });

  it("of a holder, a lot or a tenant covers the successors anyway", () => {
    expect(covering.filter(selector => !mayMissSuccessors(selector)).map(({ kind }) => kind)).toEqual([
      "holder",
      "lots",
      "tenant",
    ]);
  });
});

describe("the cost of a plan", () => {
  it("is a key and a letter for a whole page, and one call for fifty keys", () => {
    const pages = (count: number) => ({
      ...nothingSelected,
      ranges: [{ authorityId: "m1", first: aSlot(0), last: aSlot(count * 4096 - 1) }],
    });
    expect(countsOf(emptyTally(), pages(16), "revoke")).toMatchObject({
      pages: 16,
      storeBytes: 16 * ("m1.0".length + 1),
      storeCalls: 1,
    });
    expect(countsOf(emptyTally(), pages(50), "revoke").storeCalls).toBe(1);
    expect(countsOf(emptyTally(), pages(51), "revoke").storeCalls).toBe(2);
  });

  it("is no time of the CA's for a hold", () => {
    const tally = { ...emptyTally(), selected: 41 };
    const selection = {
      ...nothingSelected,
      ranges: [{ authorityId: "m1", first: aSlot(0), last: aSlot(99) }],
    };
    expect(countsOf(tally, selection, "hold").caSeconds).toBe(0);
    expect(countsOf(tally, selection, "revoke").caSeconds).toBe(3);
  });
});
