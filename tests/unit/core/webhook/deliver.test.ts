// What becomes of a delivery: taken, tried again later and later, or on record as dead; and when a receiver gets a rest.
import { describe, expect, it } from "vitest";
import { deliver, mostAttempts, retryDelaysSeconds } from "#core/webhook/deliver.ts";
import type { DeadLetter, PostToReceiver } from "#core/webhook/ports.ts";
import type { Webhook, WebhookHealth } from "#core/webhook/webhook.ts";
import { aWebhook } from "#support/a-webhook.ts";
import { fromNoon, noon } from "#support/fixed-time.ts";

const delivery = {
  webhook: "siem",
  message: "msg_1",
  type: "Certificate Revoked",
  timestamp: noon.toISOString(),
  data: { version: "1" },
};

function aWorld(webhook: Webhook | undefined, outcome: Awaited<ReturnType<PostToReceiver>>) {
  const posted: Readonly<Record<string, string>>[] = [];
  const dead: DeadLetter[] = [];
  const successes: Date[] = [];
  const failures: { reason: string; pausedUntil: Date | undefined }[] = [];
  const deps = {
    registry: {
      readWebhook: async () => webhook,
      recordSuccess: async (_: Webhook, at: Date) => void successes.push(at),
      recordFailure: async (_: Webhook, failure: { reason: string; pausedUntil: Date | undefined }) =>
        void failures.push(failure),
      recordDeadLetter: async (letter: DeadLetter) => void dead.push(letter),
    },
    post: async (_: string, headers: Readonly<Record<string, string>>) => {
      posted.push(headers);
      return outcome;
    },
    webhookKey: "0123456789abcdef0123456789abcdef",
    now: () => noon,
  };
  return { deps, posted, dead, successes, failures };
}

const accepted = { kind: "accepted" } as const;
const failed = { kind: "failed", reason: "it answered 500" } as const;
const inHealth = (health: Partial<WebhookHealth>) => aWebhook({ health: { failuresInARow: 0, ...health } });

describe("a delivery that the receiver takes", () => {
  it.each([
    { health: {}, notes: 1, why: "the first" },
    { health: { lastSuccessAt: fromNoon(-59_999) }, notes: 0, why: "one within a minute of the last" },
    { health: { lastSuccessAt: fromNoon(-60_000) }, notes: 1, why: "one a minute after the last" },
    { health: { lastSuccessAt: noon, failuresInARow: 1 }, notes: 1, why: "the first after a failure" },
  ])("is done; $why is noted $notes times", async ({ health, notes }) => {
    const world = aWorld(inHealth(health), accepted);
    expect(await deliver(world.deps, delivery, 1)).toEqual({ kind: "delivered" });
    expect(world.successes).toHaveLength(notes);
    expect(world.failures).toEqual([]);
  });

  it("is signed by a secret that ends later, and not by one that has ended", async () => {
    const secrets = (endsAt: Date) => [
      { id: "new", createdAt: noon },
      { id: "old", createdAt: noon, endsAt },
    ];
    const signatures = async (endsAt: Date) => {
      const world = aWorld(aWebhook({ secrets: secrets(endsAt) }), accepted);
      await deliver(world.deps, delivery, 1);
      return world.posted[0]?.["webhook-signature"]?.split(" ").length;
    };
    expect(await signatures(fromNoon(1))).toBe(2);
    expect(await signatures(noon)).toBe(1);
  });
});

describe("a delivery that the receiver does not take", () => {
  it("waits longer after each try, about 28 hours in all, and is then dead with its reason", async () => {
    const world = aWorld(aWebhook(), failed);
    for (const [at, delaySeconds] of retryDelaysSeconds.entries()) {
      expect(await deliver(world.deps, delivery, at + 1)).toEqual({
        kind: "postponed",
        delaySeconds,
        reason: failed.reason,
      });
    }
    expect(world.dead).toEqual([]);
    expect(await deliver(world.deps, delivery, mostAttempts)).toEqual({
      kind: "dead",
      reason: failed.reason,
    });
    expect(world.dead).toEqual([
      { ...delivery, attempts: mostAttempts, reason: failed.reason, diedAt: noon },
    ]);
    const hours = retryDelaysSeconds.reduce((sum, delay) => sum + delay, 0) / 3_600;
    expect(hours).toBeCloseTo(27.6, 1);
    // SQS hides a message for twelve hours at most.
    expect(Math.max(...retryDelaysSeconds)).toBeLessThanOrEqual(43_200);
  });
});

describe("a receiver that fails again and again", () => {
  it.each([
    { before: 3, pauseSeconds: undefined },
    { before: 4, pauseSeconds: 30 },
    { before: 5, pauseSeconds: 60 },
    { before: 8, pauseSeconds: 480 },
    { before: 9, pauseSeconds: 900 },
    { before: 1_000, pauseSeconds: 900 },
  ])("after $before failures and one more rests for $pauseSeconds s", async ({ before, pauseSeconds }) => {
    const world = aWorld(inHealth({ failuresInARow: before }), failed);
    const result = await deliver(world.deps, delivery, 1);
    const pausedUntil = pauseSeconds === undefined ? undefined : fromNoon(pauseSeconds * 1_000);
    expect(world.failures).toMatchObject([{ reason: failed.reason, pausedUntil }]);
    expect(result).toMatchObject({ delaySeconds: pauseSeconds ?? retryDelaysSeconds[0] });
  });

  it("is sent nothing while it rests, and something again at the end of it", async () => {
    const health = { failuresInARow: 5, lastFailure: failed.reason };
    const resting = aWorld(inHealth({ ...health, pausedUntil: fromNoon(10_001) }), accepted);
    expect(await deliver(resting.deps, delivery, 1)).toEqual({
      kind: "postponed",
      delaySeconds: 11,
      reason: `not sent: ${failed.reason}`,
    });
    expect([resting.posted, resting.failures]).toEqual([[], []]);
    const rested = aWorld(inHealth({ ...health, pausedUntil: noon }), accepted);
    expect(await deliver(rested.deps, delivery, 1)).toEqual({ kind: "delivered" });
  });

  it("gives its deliveries up in the end, although it was sent none of them", async () => {
    const world = aWorld(inHealth({ failuresInARow: 9, pausedUntil: fromNoon(1) }), accepted);
    expect(await deliver(world.deps, delivery, mostAttempts)).toMatchObject({ kind: "dead" });
  });
});

it.each([
  { of: "a webhook that is gone", webhook: undefined },
  { of: "a webhook that wants it no longer", webhook: aWebhook({ events: ["Rotation Ended"] }) },
])("a delivery of $of is dropped without a try", async ({ webhook }) => {
  const world = aWorld(webhook, accepted);
  expect(await deliver(world.deps, delivery, 1)).toEqual({ kind: "dropped" });
  expect(world.posted).toEqual([]);
});
