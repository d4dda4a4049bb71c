// The DynamoDB stream mapping against Amazon's own local engine: event shape, order, batches, filters, bounds.

import { DeleteItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { expect, it } from "vitest";
import { openCheckpoints } from "#local/lambda/event-source/checkpoint.ts";
import { startLambdaServer } from "#local/lambda/server.ts";
import { accountId, aFunction, region } from "./function-fixture.ts";
import { aTable, client, open, put, recorder, start } from "./stream-fixture.ts";

it("hands over the records of a shard in order and in Lambda's event shape", async () => {
  const { TableName, streamArn } = await aTable();
  const fn = recorder();
  await start({ streamArn }, fn.invoke);
  const bytes = new Uint8Array([1, 2]);
  const Item = {
    pk: { S: "a" },
    b: { B: bytes },
    m: { M: { l: { L: [{ N: "1" }, { BS: [bytes] }] } } },
    z: { NULL: true },
  };
  await client.send(new PutItemCommand({ TableName, Item }));
  await client.send(new DeleteItemCommand({ TableName, Key: { pk: { S: "a" } } }));
  await expect.poll(() => fn.batches.flat()).toEqual(["a", "a"]);
  const image = {
    pk: { S: "a" },
    b: { B: "AQI=" },
    m: { M: { l: { L: [{ N: "1" }, { BS: ["AQI="] }] } } },
    z: { NULL: true },
  };
  const shared = {
    eventID: expect.any(String),
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: "us-east-1",
    eventSourceARN: streamArn,
  };
  const change = {
    ApproximateCreationDateTime: expect.any(Number),
    Keys: { pk: { S: "a" } },
    SequenceNumber: expect.stringMatching(/^\d+$/),
    SizeBytes: expect.any(Number),
    StreamViewType: "NEW_AND_OLD_IMAGES",
  };
  expect(fn.events.flatMap(({ Records }) => Records)).toEqual([
    { ...shared, eventName: "INSERT", dynamodb: { ...change, NewImage: image } },
    { ...shared, eventName: "REMOVE", dynamodb: { ...change, OldImage: image } },
  ]);
});

it("invokes a function in the local Lambda", async () => {
  const { TableName, streamArn } = await aTable();
  const fn = await aFunction(
    "export const handler = async ({ Records }) => console.log(Records[0].eventName)",
    { name: "fn" },
  );
  const lambda = await startLambdaServer({ port: 0, accountId, region, functions: [fn] });
  open.push(lambda);
  await start({ streamArn }, lambda.invoke);
  await put(TableName, "a");
  await expect.poll(() => lambda.logLines("fn").join("\n")).toContain("INFO\tINSERT");
});

it("starts at the oldest record with TRIM_HORIZON and after the newest with LATEST", async () => {
  const { TableName, streamArn } = await aTable();
  await put(TableName, "old");
  const [horizon, latest] = [recorder(), recorder()];
  await start({ streamArn }, horizon.invoke);
  await start({ streamArn, startingPosition: "LATEST" }, latest.invoke);
  await put(TableName, "new");
  await expect.poll(() => [horizon.batches.flat(), latest.batches.flat()]).toEqual([["old", "new"], ["new"]]);
});

it("never fills a batch past its size", async () => {
  const { TableName, streamArn } = await aTable();
  await put(TableName, "a", "b", "c", "d", "e");
  const fn = recorder();
  await start({ streamArn, batchSize: 2 }, fn.invoke);
  await expect.poll(() => fn.batches).toEqual([["a", "b"], ["c", "d"], ["e"]]);
});

it("waits for the batching window to gather records, and not longer once the batch is full", async () => {
  const { TableName, streamArn } = await aTable();
  const fn = recorder();
  await start({ streamArn, batchSize: 3, maximumBatchingWindowSeconds: 300 }, fn.invoke);
  await put(TableName, "a", "b", "c");
  await expect.poll(() => fn.batches).toEqual([["a", "b", "c"]]);
  await put(TableName, "d");
  const short = recorder();
  await start(
    { streamArn, batchSize: 3, maximumBatchingWindowSeconds: 1, functionName: "short" },
    short.invoke,
  );
  await expect.poll(() => short.batches, { timeout: 5000 }).toEqual([["a", "b", "c"], ["d"]]);
  expect(fn.batches).toHaveLength(1);
});

it("splits a batch that would not fit into 6 MB", async () => {
  const { TableName, streamArn } = await aTable();
  const pad = { S: "x".repeat(390_000) };
  const keys = Array.from({ length: 20 }, (_, n) => `k${n}`);
  for (const key of keys) await client.send(new PutItemCommand({ TableName, Item: { pk: { S: key }, pad } }));
  const fn = recorder();
  await start({ streamArn }, fn.invoke);
  await expect.poll(() => fn.batches.flat(), { timeout: 10_000 }).toEqual(keys);
  expect(Math.max(...fn.events.map(event => Buffer.byteLength(JSON.stringify(event))))).toBeLessThanOrEqual(
    6_291_456,
  );
});

it("passes only records that a filter pattern matches, and moves past the others", async () => {
  const { TableName, streamArn } = await aTable();
  await put(TableName, "x1", "page#1", "x2", "page#2", "x3");
  const checkpoints = openCheckpoints(undefined);
  const filterPatterns = ['{"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"page#"}]}}}}'];
  const fn = recorder();
  const { running } = await start({ streamArn, filterPatterns }, fn.invoke, { checkpoints });
  await expect.poll(() => fn.batches.flat()).toEqual(["page#1", "page#2"]);
  const lastRead = () => [...checkpoints.list(`fn ${streamArn}`).values()][0]?.sequenceNumber;
  const all = recorder();
  await start({ streamArn, functionName: "all" }, all.invoke);
  await expect.poll(() => all.batches.flat()).toHaveLength(5);
  const last = all.events.at(-1)?.Records.at(-1)?.dynamodb.SequenceNumber;
  await expect.poll(lastRead).toBe(last);
  await running.stop();
});

it.each([
  { batchSize: 0 },
  { batchSize: 10_001 },
  { maximumBatchingWindowSeconds: 301 },
  { maximumRetryAttempts: -2 },
  { maximumRetryAttempts: 10_001 },
  { maximumRecordAgeSeconds: 59 },
  { maximumRecordAgeSeconds: 604_801 },
  { filterPatterns: Array.from({ length: 6 }, () => '{"a":["b"]}') },
])("refuses a mapping that CreateEventSourceMapping would refuse: %o", async bad => {
  await expect(start({ streamArn: "arn:none", ...bad }, recorder().invoke)).rejects.toThrow(
    /must be|at most/,
  );
});

it.each([
  {
    batchSize: 10_000,
    maximumBatchingWindowSeconds: 300,
    maximumRetryAttempts: 10_000,
    maximumRecordAgeSeconds: 604_800,
  },
  { batchSize: 1, maximumBatchingWindowSeconds: 0, maximumRetryAttempts: -1, maximumRecordAgeSeconds: 60 },
])("accepts a mapping at the service's bounds: %o", async good => {
  const { streamArn } = await aTable();
  await start({ streamArn, ...good }, recorder().invoke);
});
