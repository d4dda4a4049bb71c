// While one write to the store is in flight, what is recorded meanwhile queues up in the stream and goes out together:
// a burst of revocations costs a handful of store calls.
import type { Context, DynamoDBStreamEvent } from "aws-lambda";
import { afterAll, beforeAll, expect, it } from "vitest";
import { isDenied } from "#core/slot-page/lookup.ts";
import { publishEdge } from "#functions/stream/publish-edge.ts";
import { openCheckpoints } from "#local/lambda/event-source/checkpoint.ts";
import { startStreamMapping } from "#local/lambda/event-source/stream-mapping.ts";
import type { RunningServer } from "#local/wire/listen.ts";
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
  const handle = publishEdge({ ...world.deps, store });
  const mapping = await startStreamMapping({
    endpoint: engine.url,
    region: "us-east-1",
    accountId: "123456789012",
    checkpoints: openCheckpoints(undefined),
    mapping: {
      functionName: "publish-edge",
      streamArn: world.streamArn,
      startingPosition: "LATEST",
      filterPatterns: [JSON.stringify({ dynamodb: { Keys: { pk: { S: [{ prefix: "PAGE#" }] } } } })],
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
