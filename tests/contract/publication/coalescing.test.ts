// While one write to the store is in flight, what is recorded meanwhile queues up in the stream and goes out together:
// a burst of revocations costs a handful of store calls.
import type { Context, DynamoDBStreamEvent } from "aws-lambda";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dynamoAdvanceRegistry } from "#aws/registry/apply-registry.ts";
import { bitmapOf } from "#core/order/slot-bitmap.ts";
import { isAtTheEdge } from "#core/plan/at-the-edge.ts";
import type { Selection } from "#core/plan/selection.ts";
import { isDenied } from "#core/slot-page/lookup.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { publishEdge } from "#functions/stream/publish-edge.ts";
import { openCheckpoints } from "#local/lambda/event-source/checkpoint.ts";
import { startStreamMapping } from "#local/lambda/event-source/stream-mapping.ts";
import type { RunningServer } from "#local/wire/listen.ts";
import { apply, noParts, putPlan } from "#support/plans.ts";
import { aSlot } from "#support/records.ts";
import { startEngine, startWorld, type World } from "./publication-world.ts";

let engine: RunningServer;
let world: World;
beforeAll(async () => {
  engine = await startEngine();
  world = await startWorld(engine);
  await world.addAuthority({ id: "m1", nextSlot: 40_000, provisionedSlots: 40_960, state: "draining" });
});
afterAll(async () => {
  await world.stop();
  await engine.stop();
});

/** The product's publisher on the stream of `of`; `batches` gets the size of each batch it is given. */
function publishing(of: World, store: World["deps"]["store"], rows: string, batches: number[]) {
  const handle = publishEdge({ ...of.deps, store });
  return startStreamMapping({
    endpoint: engine.url,
    region: "us-east-1",
    accountId: "123456789012",
    checkpoints: openCheckpoints(undefined),
    mapping: {
      functionName: "publish-edge",
      streamArn: of.streamArn,
      startingPosition: "LATEST",
      filterPatterns: [JSON.stringify({ dynamodb: { Keys: { pk: { S: [{ prefix: rows }] } } } })],
      batchSize: 1_000,
      bisectBatchOnFunctionError: false,
      reportBatchItemFailures: true,
    },
    invoke: async (_name, event) => {
      const { Records } = event as DynamoDBStreamEvent; // A stream mapping sends nothing else.
      batches.push(Records.length);
      // The handler reads nothing of its context.
      const payload = JSON.stringify(await handle({ Records }, {} as Context));
      return { requestId: "r", functionError: undefined, payload, logTail: "" };
    },
  });
}

it("300 revocations during one slow write are published by the next one", async () => {
  const batches: number[] = [];
  const firstWrite = Promise.withResolvers<void>();
  const letGo = Promise.withResolvers<void>();
  const store: World["deps"]["store"] = {
    ...world.deps.store,
    write: async (tag, changes) => {
      firstWrite.resolve();
      await letGo.promise;
      return world.deps.store.write(tag, changes);
    },
  };
  const mapping = await publishing(world, store, "PAGE#", batches);
  const slots = Array.from({ length: 301 }, (_, index) => index * 130);
  await world.deny(slots[0] ?? 0);
  await firstWrite.promise;
  for (const slot of slots.slice(1)) await world.deny(slot);
  letGo.resolve();
  const last = async () => isDenied((await world.deps.store.read("m1.9")) ?? "g", 300 * 130 - 9 * 4096);
  await expect.poll(last, { timeout: 20_000 }).toBe(true);
  await mapping.stop();
  expect(batches[0]).toBe(1);
  expect(batches.reduce((sum, size) => sum + size, 0)).toBe(301);
  // One would do; a read of the stream may end anywhere.
  expect(batches.length).toBeLessThanOrEqual(4);
});

it.each([
  { what: "50 lots of two pages each", named: fiftyLots, pages: 100 },
  { what: "single slots of 74 pages", named: scattered, pages: 74 },
])("a plan over $what costs a handful of store calls, and no slot is left out", async ({ named, pages }) => {
  const batches: number[] = [];
  const planned = await startWorld(engine);
  const nextSlot = pages * pageSize;
  await planned.addAuthority({ id: "m1", nextSlot, provisionedSlots: nextSlot, state: "draining" });
  let calls = 0;
  const store: World["deps"]["store"] = {
    ...planned.deps.store,
    write: (tag, changes) => {
      calls += 1;
      return planned.deps.store.write(tag, changes);
    },
  };
  const mapping = await publishing(planned, store, "ORDERS#", batches);
  const selection = named();
  const plan = await putPlan(planned.table, {}, selection);
  await apply({ table: planned.table, now: new Date() }, plan);
  const deps = { registry: dynamoAdvanceRegistry(planned.table), store, now: () => new Date() };
  const work = await deps.registry.readWork(plan.id);
  if (work === undefined) throw new Error("an applied plan has work");
  // A page that is not there refuses everybody, too: all of them are awaited first.
  const written = async () => (await planned.contents()).size >= pages;
  await expect.poll(written, { timeout: 20_000 }).toBe(true);
  expect(await isAtTheEdge({ ...deps, wait: async () => undefined }, work)).toBe(true);
  await mapping.stop();
  await planned.stop();
  expect(batches.reduce((sum, size) => sum + size, 0)).toBe(selection.ranges.length + selection.pages.length);
  // Three do for 101 keys, two for 75; a read of the stream may end anywhere.
  expect(calls).toBeLessThanOrEqual(4);
});

/** As the product cuts blocks of 5,000: 8,192 slots. */
function fiftyLots(): Selection {
  const ranges = Array.from({ length: 50 }, (_, lot) => ({
    authorityId: "m1",
    first: aSlot(lot * 2 * pageSize),
    last: aSlot((lot + 1) * 2 * pageSize - 1),
  }));
  return { ...noParts, ranges };
}

/** 270 of each page: 20,000 of 300,000. */
function scattered(): Selection {
  const pages = Array.from({ length: 74 }, (_, page) => ({
    authorityId: "m1",
    page,
    slots: new Uint8Array(
      bitmapOf(Array.from({ length: 270 }, (_, index) => (index * 15 + page) % pageSize)),
    ),
  }));
  return { ...noParts, pages };
}
