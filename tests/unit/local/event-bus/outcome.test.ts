// What follows a failed delivery, on both sides of each retry limit.
import { describe, expect, it } from "vitest";
import { afterFailure, failureOf } from "#local/event-bus/delivery/outcome.ts";

const refused = { code: "ERROR_FROM_TARGET", message: "no", retryable: true };
const attempted = { target: {}, acceptedAtMs: 0, attempts: 1, nowMs: 0, jitter: 1 };
const giveUp = (condition: string | undefined) => ({ kind: "give-up", condition });

describe("the next step", () => {
  it.each([
    {
      name: "the 185th retry is made by default",
      change: { attempts: 185 },
      expected: { kind: "retry", atMs: 480_000 },
    },
    { name: "a 186th is not", change: { attempts: 186 }, expected: giveUp("MaximumRetryAttempts") },
    {
      name: "0 retries mean one attempt",
      change: { target: { RetryPolicy: { MaximumRetryAttempts: 0 } } },
      expected: giveUp("MaximumRetryAttempts"),
    },
    {
      name: "an event of just under 24 hours is retried",
      change: { nowMs: 86_399_999 },
      expected: { kind: "retry", atMs: 86_400_000 },
    },
    {
      name: "one of 24 hours is not",
      change: { nowMs: 86_400_000 },
      expected: giveUp("MaximumEventAgeInSeconds"),
    },
    {
      name: "the last retry is at the end of the event's age, not after it",
      change: { nowMs: 59_900, target: { RetryPolicy: { MaximumEventAgeInSeconds: 60 } } },
      expected: { kind: "retry", atMs: 60_000 },
    },
  ])("$name", ({ change, expected }) => {
    expect(afterFailure(refused, { ...attempted, ...change })).toEqual(expected);
  });

  it("is the end at once when no retry can mend the failure", () => {
    expect(afterFailure({ ...refused, retryable: false }, attempted)).toEqual(giveUp(undefined));
  });

  it("comes after a delay that doubles to a ceiling, with half of it random", () => {
    const delays = (jitter: number) =>
      [1, 2, 3, 9, 10, 100].map(attempts => {
        const next = afterFailure(refused, { ...attempted, attempts, jitter });
        return next.kind === "retry" ? next.atMs : undefined;
      });
    expect(delays(1)).toEqual([1000, 2000, 4000, 256_000, 480_000, 480_000]);
    expect(delays(0)).toEqual([500, 1000, 2000, 128_000, 240_000, 240_000]);
  });

  it("lets 185 retries fit into 24 hours", () => {
    let nowMs = 0;
    for (let attempts = 1; attempts <= 185; attempts += 1) {
      const next = afterFailure(refused, { ...attempted, attempts, nowMs, jitter: 1 });
      if (next.kind !== "retry") throw new Error(`gave up after ${attempts} attempts`);
      nowMs = next.atMs;
    }
    expect(nowMs).toBeLessThanOrEqual(86_400_000);
  });
});

describe("a failure", () => {
  const named = (name: string) => Object.assign(new Error("m"), { name });
  it.each([
    { error: named("ResourceNotFoundException"), code: "NO_RESOURCE", retryable: false },
    { error: named("QueueDoesNotExist"), code: "NO_RESOURCE", retryable: false },
    { error: named("AccessDeniedException"), code: "NO_PERMISSIONS", retryable: false },
    { error: named("TooManyRequestsException"), code: "THROTTLING", retryable: true },
    {
      error: Object.assign(new Error("m"), { code: "ECONNREFUSED" }),
      code: "CONNECTION_FAILURE",
      retryable: true,
    },
    { error: named("SomethingElse"), code: "ERROR_FROM_TARGET", retryable: true },
    { error: "m", code: "ERROR_FROM_TARGET", retryable: true },
  ])("is named as dead letters name it: $code, retried: $retryable", ({ error, code, retryable }) => {
    expect(failureOf(error)).toEqual({ code, retryable, message: "m" });
  });
});
