// A message of the queue ends with its certificate, or with a new message, or with nothing left to do.
import { describe, expect, it } from "vitest";
import { AppError } from "#core/error.ts";
import { issueQueued } from "#core/issuance/issue-queued.ts";
import { secondsInQueue } from "#core/issuance/seconds-in-queue.ts";
import { minuteMs } from "#support/fixed-time.ts";
import { anEnrolmentWorld, type World } from "../enrolment/fake-enrolment-world.ts";

async function aQueuedWorld(): Promise<World> {
  const world = await anEnrolmentWorld();
  world.registry.change({ attempt: 0 });
  return world;
}

const deliver = ({ deps, registry }: World) => issueQueued(deps, registry.row().id, "request-1");

describe("a message", () => {
  it("whose turn has come ends with the certificate, and a second delivery asks nobody", async () => {
    const world = await aQueuedWorld();
    expect(await deliver(world)).toBe("issued");
    expect(await deliver(world)).toBe("over");
    expect([world.ca.asks.length, world.issuance.sent.length]).toEqual([1, 0]);
  });

  it("that got no permit is sent again, not failed: waiting uses up no delivery", async () => {
    const world = await aQueuedWorld();
    world.issuance.left = 0;
    for (let times = 0; times < 20; times += 1) expect(await deliver(world)).toBe("waits");
    expect(world.issuance.sent).toHaveLength(20);
  });

  it.each([
    ["is unavailable", new AppError("ca.unavailable", { retryAfterSeconds: 10 }), 10],
    ["throttles", new AppError("ca.throttled", { retryAfterSeconds: 5 }), 5],
    ["is used up, without another", new AppError("ca.exhausted", { retryAfterSeconds: 300 }), 300],
  ])("for a CA that %s is sent again with its delay", async (_, error, delaySeconds) => {
    const world = await aQueuedWorld();
    world.ca.askFails = error;
    expect(await deliver(world)).toBe("waits");
    expect(world.issuance.sent).toEqual([{ id: "enr_1", delaySeconds }]);
  });

  it("of an attempt that only the CA's records can settle is left to the recovery job", async () => {
    const world = await anEnrolmentWorld();
    world.clock.forward(4 * minuteMs);
    expect(await deliver(world)).toBe("waits");
    expect(world.issuance.sent).toEqual([]);
  });

  it("that meets a bug is delivered again by the queue", async () => {
    const world = await aQueuedWorld();
    world.ca.askFails = new Error("a bug");
    await expect(deliver(world)).rejects.toThrow("a bug");
    expect(world.issuance.sent).toEqual([]);
  });
});

describe("the time told to one who waits", () => {
  const permits = { perSecond: 24 };
  it.each([
    [0, 1],
    [24, 1],
    [25, 2],
    [9_999, 417],
  ])("is that of all %d in the queue at the CA's pace: %d s", async (depth, seconds) => {
    expect(await secondsInQueue({ queue: { depth: async () => depth }, permits }, {})).toBe(seconds);
  });

  it("is half a minute when the queue does not tell its length", async () => {
    const depth = () => Promise.reject(new Error("SQS is away"));
    expect(await secondsInQueue({ queue: { depth }, permits }, {})).toBe(30);
  });
});
