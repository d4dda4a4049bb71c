// An event of the outbox reaches the bus and the webhooks at least once, and leaves the outbox only then.
import { describe, expect, it } from "vitest";
import { type OutboxEvent, relayOutbox } from "#core/event/relay.ts";
import { noon } from "#support/fixed-time.ts";

const events = (count: number): readonly OutboxEvent[] =>
  Array.from({ length: count }, (_, index) => ({
    key: { pk: "OUTBOX", sk: String(index) },
    at: noon,
    detailType: "Certificate Issued",
    detail: "{}",
  }));
const names = (list: Iterable<OutboxEvent>): readonly string[] => Array.from(list, ({ key }) => key.sk);

/** A bus that takes what `takes` says, and the outbox in front of it. */
function aWorld(rows: readonly OutboxEvent[], takes: (event: OutboxEvent) => boolean = () => true) {
  const outbox = new Set(rows);
  const sent: string[] = [];
  const told: string[] = [];
  const calls: number[] = [];
  const deps = {
    tellWebhooks: async (batch: readonly OutboxEvent[]) => {
      told.push(...names(batch));
    },
    send: async (batch: readonly OutboxEvent[]) => {
      calls.push(batch.length);
      const taken = batch.map(takes);
      sent.push(...names(batch.filter((_, index) => taken[index])));
      return taken;
    },
    forget: async (gone: readonly OutboxEvent[]) => {
      for (const event of gone) outbox.delete(event);
    },
  };
  return { outbox, sent, told, calls, deps };
}

describe("relaying", () => {
  it.each([
    { count: 0, calls: [] },
    { count: 10, calls: [10] },
    { count: 11, calls: [10, 1] },
    { count: 25, calls: [10, 10, 5] },
  ])("$count events makes calls of $calls and empties the outbox", async ({ count, calls }) => {
    const rows = events(count);
    const world = aWorld(rows);
    expect(await relayOutbox(world.deps, rows)).toEqual([]);
    expect(world.calls).toEqual(calls);
    expect(world.sent).toEqual(names(rows));
    expect(world.outbox.size).toBe(0);
  });

  it("keeps and answers exactly the events that the bus did not take, and goes on with the rest", async () => {
    const rows = events(12);
    const world = aWorld(rows, ({ key }) => key.sk !== "3" && key.sk !== "11");
    const refused = await relayOutbox(world.deps, rows);
    expect(names(refused)).toEqual(["3", "11"]);
    expect(world.told).toEqual(world.sent);
    expect(names(world.outbox)).toEqual(["3", "11"]);
  });

  it("takes an event that the bus says nothing of as not taken", async () => {
    const rows = events(3);
    const world = aWorld(rows);
    const deps = { ...world.deps, send: async () => [true] };
    expect(names(await relayOutbox(deps, rows))).toEqual(["1", "2"]);
    expect(names(world.outbox)).toEqual(["1", "2"]);
  });

  it("forgets nothing of a call that failed", async () => {
    const rows = events(11);
    const world = aWorld(rows);
    const deps = {
      ...world.deps,
      send: async (batch: readonly OutboxEvent[]) => {
        if (batch.length === 1) throw new Error("the bus is out");
        return world.deps.send(batch);
      },
    };
    await expect(relayOutbox(deps, rows)).rejects.toThrow("the bus is out");
    expect(names(world.outbox)).toEqual(["10"]);
  });

  it("keeps what the webhooks' queue did not take, after the bus has it", async () => {
    const rows = events(2);
    const world = aWorld(rows);
    const failing = { ...world.deps, tellWebhooks: () => Promise.reject(new Error("the queue is out")) };
    await expect(relayOutbox(failing, rows)).rejects.toThrow("the queue is out");
    expect(world.sent).toEqual(["0", "1"]);
    expect(names(world.outbox)).toEqual(["0", "1"]);
  });

  it("sends an event again whose row could not be deleted: twice is better than never", async () => {
    const rows = events(1);
    const world = aWorld(rows);
    const failing = { ...world.deps, forget: () => Promise.reject(new Error("the table is out")) };
    await expect(relayOutbox(failing, rows)).rejects.toThrow("the table is out");
    await relayOutbox(world.deps, [...world.outbox]);
    expect(world.sent).toEqual(["0", "0"]);
    expect(world.outbox.size).toBe(0);
  });
});
