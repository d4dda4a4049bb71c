// A certificate is asked for about when the CA has lately had them ready: not much later, and seldom too early.
import { describe, expect, it } from "vitest";
import { type SigningTime, signingTime } from "#aws/ca/signing-time.ts";

/** Polls as the adapter does, for a certificate that is ready after so long. Answers what it took. */
function collect(signing: SigningTime, readyMs: number, waitMs = 8_000) {
  let waitedMs = 0;
  for (const [at, pauseMs] of signing.pausesMs(waitMs).entries()) {
    waitedMs += pauseMs;
    if (waitedMs < readyMs) continue;
    if (at === 0) signing.wasReady();
    else signing.wasEarly(waitedMs);
    return { polls: at + 1, waitedMs };
  }
  signing.wasEarly(waitedMs);
  return { polls: signing.pausesMs(waitMs).length, waitedMs };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Evenly spread, and the same in every run. */
const spread = (from: number, to: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, at) => from + (to - from) * ((at * 0.618_033_988_75) % 1));

/** What a worker pays that has seen a hundred certificates before. */
function seasoned(from: number, to: number) {
  const signing = signingTime();
  for (const readyMs of spread(from, to, 100)) collect(signing, readyMs);
  const after = spread(from, to, 1_000).map(readyMs => collect(signing, readyMs));
  return {
    polls: mean(after.map(({ polls }) => polls)),
    waitedMs: mean(after.map(({ waitedMs }) => waitedMs)),
  };
}

describe("the first poll", () => {
  it("comes after 150 ms while nothing is known", () => {
    expect(signingTime().pausesMs(8_000)[0]).toBe(150);
  });

  it.each([
    { from: 40, to: 120 },
    { from: 200, to: 600 },
    { from: 900, to: 1_500 },
  ])("is in time for most certificates of a CA that takes $from to $to ms", ({ from, to }) => {
    const { polls, waitedMs } = seasoned(from, to);
    expect(polls).toBeLessThan(1.3);
    expect(waitedMs).toBeLessThan(to * 1.05);
  });

  it("stays between 40 ms and two seconds, whatever the CA does", () => {
    const signing = signingTime();
    for (let times = 0; times < 500; times += 1) collect(signing, 0);
    expect(signing.pausesMs(8_000)[0]).toBe(40);
    for (let times = 0; times < 500; times += 1) collect(signing, 60_000);
    expect(signing.pausesMs(8_000)[0]).toBe(2_000);
  });
});

describe("polls after the first", () => {
  it("are at most three for each certificate of a CA that always takes three seconds", () => {
    expect(seasoned(3_000, 3_000).polls).toBeLessThanOrEqual(3);
  });

  it("are at most six in a call's eight seconds when the CA turns slow all at once", () => {
    expect(signingTime().pausesMs(8_000).length).toBeLessThanOrEqual(6);
  });

  it("end with the time the call has, and a call that has none does not poll", () => {
    const sum = signingTime()
      .pausesMs(8_000)
      .reduce((total, pauseMs) => total + pauseMs, 0);
    expect(sum).toBeLessThanOrEqual(8_000);
    expect(signingTime().pausesMs(149)).toEqual([]);
    expect(signingTime().pausesMs(150)).toEqual([150]);
  });
});
