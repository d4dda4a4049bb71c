// What a rotation does next: when a wave follows the one before, when it ends itself, when it is through.
import { describe, expect, test } from "vitest";
import { earliestEnd, nextStep, settleMs } from "#core/rotation/waves/next-step.ts";
import { noCounts, noneSkipped } from "#core/rotation/waves/rotation.ts";
import { fromNoon, noon } from "#support/fixed-time.ts";
import { aRotation, aWave } from "./a-rotation.ts";

const hourMs = 3_600_000;
const pauseOver = fromNoon(hourMs);
const watched = (count: number) => ({ ...noCounts, watched: count });

describe("the first wave", () => {
  test.each([
    ["waits until the index shows what was recorded just before", settleMs - 1, { kind: "wait" }],
    ["begins then", settleMs, { kind: "pick", wave: 1 }],
  ])("%s", (_what, ms, step) => {
    expect(nextStep(aRotation(), fromNoon(ms))).toEqual(step);
  });

  test("never comes when there is nothing to rotate", () => {
    expect(nextStep(aRotation({ isWalked: true }), noon)).toEqual({ kind: "finish" });
  });

  test("is filled up before anything else", () => {
    const { pickedAt: _, ...filling } = aWave({ picked: 40, failed: 40 });
    expect(nextStep(aRotation({ wave: filling }), pauseOver)).toEqual({ kind: "pick", wave: 1 });
    // Nothing is chosen twice.
    expect(nextStep(aRotation({ wave: filling, isWalked: true }), pauseOver)).toEqual({ kind: "finish" });
  });
});

describe("the next wave", () => {
  test.each([
    ["95 of 100 are renewed and the pause is over", 95, hourMs, { kind: "pick", wave: 2 }],
    ["94 of 100 are renewed", 94, hourMs, { kind: "wait" }],
    ["a moment of the pause is left", 100, hourMs - 1, { kind: "wait" }],
  ])("when %s", (_when, renewed, ms, step) => {
    expect(nextStep(aRotation({ wave: aWave({ renewed }) }), fromNoon(ms))).toEqual(step);
  });

  test("is judged without those that were revoked or held meanwhile", () => {
    const of = (withdrawn: number) =>
      nextStep(aRotation({ wave: aWave({ renewed: 76, withdrawn }) }), pauseOver);
    expect([of(19), of(20)]).toEqual([{ kind: "wait" }, { kind: "pick", wave: 2 }]);
  });

  test("comes after the pause alone when any failure is borne, and with no failure borne only after all", () => {
    const of = (abortThresholdPercent: number, renewed: number) =>
      nextStep(aRotation({ abortThresholdPercent, wave: aWave({ renewed }) }), pauseOver).kind;
    expect([of(100, 0), of(0, 99), of(0, 100)]).toEqual(["pick", "wait", "pick"]);
  });

  test("does not come while some of this one are chosen and not announced", () => {
    const wave = aWave({ announced: 0 });
    expect(nextStep(aRotation({ wave }), pauseOver)).toEqual({ kind: "wait" });
  });
});

describe("too many failures", () => {
  test("are more than the threshold, and not as many as it", () => {
    const of = (failed: number) =>
      nextStep(aRotation({ wave: aWave({ failed, renewed: 100 - failed }) }), noon);
    expect(of(5)).toEqual({ kind: "wait" });
    expect(of(6)).toEqual({
      kind: "abort",
      why: "6 of 100 certificates of wave 1 were not renewed in time; the threshold is 5 %",
    });
  });

  test("end the rotation also in its last wave", () => {
    expect(nextStep(aRotation({ isWalked: true, wave: aWave({ failed: 6 }) }), noon).kind).toBe("abort");
  });

  test("and enough renewals: of a wave that is settled, one or the other holds", () => {
    for (const abortThresholdPercent of [0, 1, 5, 33, 50, 99, 100]) {
      for (let failed = 0; failed <= 37; failed += 1) {
        const wave = aWave({ picked: 37, failed, renewed: 37 - failed });
        expect(nextStep(aRotation({ abortThresholdPercent, wave }), pauseOver).kind).not.toBe("wait");
      }
    }
  });
});

test("it is through when the walk is, and nothing is watched any more", () => {
  const of = (count: number) =>
    nextStep(aRotation({ isWalked: true, wave: aWave({ renewed: 100 }), counts: watched(count) }), noon).kind;
  expect([of(1), of(0)]).toEqual(["wait", "finish"]);
});

describe("the earliest end", () => {
  test.each([
    ["the CA's rate, when that takes longer", { pauseSeconds: 0 }, 250 / 2.5],
    ["the pauses, when they do", {}, 2 * 3_600],
    [
      "the rest of this pause, and those between the waves to come",
      {
        wave: aWave({ pickedAt: fromNoon(-600_000) }),
        counts: { ...noCounts, announced: 100, renewed: 100 },
      },
      3_000 + 3_600,
    ],
    [
      "what is left: neither what is renewed nor what was skipped comes again",
      {
        pauseSeconds: 0,
        counts: { ...noCounts, announced: 100, renewed: 90, skipped: { ...noneSkipped, renewed: 50 } },
      },
      (100 + 10) / 2.5,
    ],
    ["what is awaited, once all are announced", { isWalked: true, counts: { ...noCounts, announced: 5 } }, 2],
  ])("follows %s", (_what, parts, seconds) => {
    expect(earliestEnd(aRotation(parts), 2.5, noon)).toEqual(fromNoon(seconds * 1_000));
  });

  test.each([
    ["paused", { state: "paused" }],
    ["aborted", { state: "aborted" }],
    ["counted in part", { total: { certificates: 250, isComplete: false } }],
  ] as const)("is not known of one that is %s", (_what, parts) => {
    expect(earliestEnd(aRotation(parts), 2.5, noon)).toBeUndefined();
  });
});
