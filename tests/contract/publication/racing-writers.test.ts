// One store, many writers: publishers that race with each other and with the reconciler lose no revocation (I5, I6).
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { isAppError } from "#core/error.ts";
import { publish } from "#core/publication/publish.ts";
import { reconcile } from "#core/publication/reconcile.ts";
import { isDenied } from "#core/slot-page/lookup.ts";
import { offsetOf, pageKey, pageOf } from "#core/slot-page/slot.ts";
import type { RunningServer } from "#local/wire/listen.ts";
import { aSlot } from "#support/records.ts";
import { pick, seeded, startEngine, startWorld, type World } from "./publication-world.ts";

const pages = 40;
const names = Array.from({ length: pages }, (_, page) => pageKey("m1", page));

let engine: RunningServer;
let world: World;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());
afterEach(() => world.stop());

/** What a stream does with a refusal that is worth repeating. */
async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isAppError(error, "edge_store.contended")) throw error;
    }
  }
  throw new Error("still contended after two hundred tries");
}

function refusedAtEdge(contents: ReadonlyMap<string, string>, slot: number): boolean {
  const value = contents.get(pageKey("m1", pageOf(aSlot(slot))));
  return value === undefined || isDenied(value, offsetOf(aSlot(slot)));
}

describe("twenty publishers and a reconciler at once", () => {
  it("lose no revocation, whatever the reconciler repairs meanwhile", async () => {
    world = await startWorld(engine);
    const random = seeded(11);
    await world.addAuthority({
      id: "m1",
      nextSlot: pages * 4096 - 1,
      provisionedSlots: pages * 4096,
      state: "draining",
    });
    await publish(world.deps, { pages: names, authorities: ["m1"] });
    await world.subject.update(Object.fromEntries(pick(random, names, 25).map(key => [key, "r"])), []);

    const slots = Array.from({ length: 60 }, () => Math.floor(random() * pages * 4096));
    const writers = Array.from({ length: 20 }, async (_, writer) => {
      for (const slot of slots.slice(writer * 3, writer * 3 + 3)) {
        await world.deny(slot);
        await untilDone(() =>
          publish(world.deps, { pages: [pageKey("m1", pageOf(aSlot(slot)))], authorities: [] }),
        );
      }
    });
    const deps = { ...world.deps, wait: () => new Promise<void>(resolve => setTimeout(resolve, 50)) };
    const repairing = untilDone(() => reconcile(deps, { id: "race", until: new Date(Date.now() + 60_000) }));
    await Promise.all([...writers, repairing]);

    const contents = await world.contents();
    expect(slots.filter(slot => !refusedAtEdge(contents, slot))).toEqual([]);
    const last = await reconcile(world.deps, { id: "after", until: new Date(Date.now() + 60_000) });
    expect(last).toMatchObject({ keysWritten: 0, inFlight: 0 });
  });
});

describe.each(["validation", "conflict"] as const)("a stale tag answered as %s", staleAnswer => {
  it("a hundred times over is never mistaken for a write", async () => {
    world = await startWorld(engine, { staleAnswer });
    await world.addAuthority({ id: "m1" });
    let conflicts = 0;
    for (let round = 0; conflicts < 100; round += 1) {
      await world.deny(round);
      // Somebody else writes between our tag and our write, nine times out of ten.
      let left = 9;
      const store = {
        ...world.deps.store,
        readTag: async () => {
          const tag = await world.deps.store.readTag();
          left -= 1;
          if (left >= 0) await world.subject.put("other", `${round}-${left}`);
          return tag;
        },
      };
      const result = await publish({ ...world.deps, store }, { pages: ["m1.0"], authorities: [] });
      expect(result).toMatchObject({ calls: 1, conflicts: 9 });
      conflicts += result.conflicts;
      expect(isDenied((await world.deps.store.read("m1.0")) ?? "", round)).toBe(true);
    }
  });
});

describe.each([1, 10, 100])("of a hundred stream events, %i that never arrive", lost => {
  it("cost their revocations no more than the time until the reconciler's next run", async () => {
    world = await startWorld(engine);
    const slots = Array.from({ length: 100 }, (_, page) => page * 4096 + 7);
    await world.addAuthority({
      id: "m1",
      nextSlot: 100 * 4096 - 1,
      provisionedSlots: 100 * 4096,
      state: "draining",
    });
    const keyOf = (slot: number): string => pageKey("m1", pageOf(aSlot(slot)));
    await publish(world.deps, { pages: slots.map(keyOf), authorities: ["m1"] });
    const dropped = new Set(pick(seeded(lost), slots, lost));
    for (const slot of slots) await world.deny(slot);
    const heard = slots.filter(slot => !dropped.has(slot));
    await publish(world.deps, { pages: heard.map(keyOf), authorities: [] });
    const before = await world.contents();
    expect(slots.filter(slot => !refusedAtEdge(before, slot))).toEqual(
      slots.filter(slot => dropped.has(slot)),
    );

    const run = await reconcile(world.deps, { id: "late", until: new Date(Date.now() + 60_000) });
    expect(run.differences.altered.count).toBe(lost);
    const after = await world.contents();
    expect(slots.filter(slot => !refusedAtEdge(after, slot))).toEqual([]);
  });
});
