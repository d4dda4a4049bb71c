// Threat F4: a store that has no room left refuses more than it should and never less, and is exact again once it has.
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { publish } from "#core/publication/publish.ts";
import { reconcile } from "#core/publication/reconcile.ts";
import { decodePage } from "#core/slot-page/decode.ts";
import { isDenied } from "#core/slot-page/lookup.ts";
import { offsetOf, pageKey, pageOf } from "#core/slot-page/slot.ts";
import type { RunningServer } from "#local/wire/listen.ts";
import { aSlot } from "#support/records.ts";
import { seeded, startEngine, startWorld, type World } from "./publication-world.ts";

const pages = 10;
const names = Array.from({ length: pages }, (_, page) => pageKey("m1", page));
const pageOfSlot = (slot: number): string => pageKey("m1", pageOf(aSlot(slot)));

let engine: RunningServer;
let world: World;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());
afterEach(() => world.stop());

async function fullWorld(maxStoreBytes: number): Promise<void> {
  world = await startWorld(engine, { limits: { maxStoreBytes } });
  await world.addAuthority({
    id: "m1",
    nextSlot: pages * 4096 - 1,
    provisionedSlots: pages * 4096,
    state: "draining",
  });
  await publish(world.deps, { pages: names, authorities: ["m1"] });
}

/** Revokes at random until a write finds no room; answers all that was revoked. */
async function revokeUntilFull(random: () => number): Promise<readonly number[]> {
  const revoked: number[] = [];
  for (let round = 0; round < 400; round += 1) {
    const slots = Array.from({ length: 5 }, () => Math.floor(random() * pages * 4096));
    await Promise.all(slots.map(slot => world.deny(slot)));
    revoked.push(...slots);
    const refused = await publish(world.deps, {
      pages: [...new Set(slots.map(pageOfSlot))],
      authorities: [],
    }).then(
      () => undefined,
      error => error as { code: string },
    );
    if (refused === undefined) continue;
    expect(refused.code).toBe("edge_store.full");
    return revoked;
  }
  throw new Error("the store never filled up");
}

async function admittedOf(slots: readonly number[]): Promise<readonly number[]> {
  const edge = world.subject.server.replica(world.subject.arn);
  return slots.filter(slot => !isDenied(edge.get(pageOfSlot(slot)) ?? "r", offsetOf(aSlot(slot))));
}

const run = (id: string) => reconcile(world.deps, { id, until: new Date(Date.now() + 60_000) });

it("one more revocation than fits is refused at the edge all the same, and the reconciler restores what is exact", async () => {
  await fullWorld(2_400);
  // Somebody else's keys take the room that ours need.
  await world.subject.put("foreign", "x".repeat(1_000));
  await world.subject.put("foreign-too", "x".repeat(700));
  const revoked = await revokeUntilFull(seeded(21));
  expect(await admittedOf(revoked)).toEqual([]);

  const found = await run("with-room-to-make");
  expect(found.storeFull).toBe(false);
  expect(found.differences.extra.keys).toEqual(["foreign", "foreign-too"]);
  expect(found.differences.coarse.count).toBeGreaterThan(0);
  expect(await admittedOf(revoked)).toEqual([]);
  const contents = await world.contents();
  const refused = names.flatMap((key, page) =>
    [...(decodePage(contents.get(key) ?? "") ?? [])].flatMap((bit, offset) =>
      bit === 1 ? [page * 4096 + offset] : [],
    ),
  );
  expect(refused).toEqual([...new Set(revoked)].sort((a, b) => a - b));
  expect((await run("again")).keysWritten).toBe(0);
});

it("without room to make, the reconciler says that the store is full, and makes nothing worse", async () => {
  await fullWorld(500);
  const revoked = await revokeUntilFull(seeded(22));
  const coarse = async () => (await run("run")).differences.coarse.count;
  const found = await run("still-full");
  expect(found.storeFull).toBe(true);
  expect(found.differences.coarse.count).toBeGreaterThan(0);
  expect(await admittedOf(revoked)).toEqual([]);
  expect(await coarse()).toBeLessThanOrEqual(found.differences.coarse.count);
  expect(await admittedOf(revoked)).toEqual([]);
});

it("a page that is new to a full store does not keep the others of its batch from refusing", async () => {
  await fullWorld(500);
  const { totalBytes, limitBytes } = await world.deps.store.readUsage();
  // Filled to the last byte: what gets no longer fits, and nothing else.
  await world.subject.put("f", "x".repeat(limitBytes - totalBytes - 1));
  await world.deny(77);
  await world.deny(pages * 4096);
  await expect(
    publish(world.deps, { pages: ["m1.0", pageKey("m1", pages)], authorities: [] }),
  ).rejects.toMatchObject({ code: "edge_store.full" });
  expect(await admittedOf([77, pages * 4096])).toEqual([]);
  expect((await world.contents()).get("m1.0")).toBe("r");
});
