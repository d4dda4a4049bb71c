// The DynamoDB stream mapping against Amazon's own local engine: order, partial batches, poison, restart.

import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { startDynamoDb } from "#local/cloud/dynamodb.ts";
import { type Checkpoints, openCheckpoints } from "#local/lambda/event-source/checkpoint.ts";
import type { StreamMapping } from "#local/lambda/event-source/mapping.ts";
import { type RunningMapping, startStreamMapping } from "#local/lambda/event-source/stream-mapping.ts";
import type { Invoke, InvokeResult } from "#local/lambda/function-definition.ts";
import { startLambdaServer } from "#local/lambda/server.ts";
import { AwsError } from "#local/wire/aws-json.ts";
import { type Clock, systemClock } from "#local/wire/clock.ts";
import type { RunningServer } from "#local/wire/listen.ts";
import { accountId, aFunction, region, temporaryDirectory } from "./function-fixture.ts";

let engine: RunningServer;
let client: DynamoDBClient;
const open: { stop: () => Promise<void> }[] = [];

beforeAll(async () => {
  engine = await startDynamoDb({ port: 0, stateDirectory: undefined });
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  client = new DynamoDBClient({ endpoint: engine.url, region, credentials });
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.stop();
});
afterAll(async () => {
  client.destroy();
  await engine.stop();
});

let tables = 0;
async function aTable(): Promise<{ TableName: string; streamArn: string }> {
  tables += 1;
  const TableName = `registry-${tables}`;
  const { TableDescription } = await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
    }),
  );
  return { TableName, streamArn: TableDescription?.LatestStreamArn ?? "" };
}

async function put(TableName: string, ...keys: string[]): Promise<void> {
  for (const pk of keys) await client.send(new PutItemCommand({ TableName, Item: { pk: { S: pk } } }));
}

type Event = {
  Records: { dynamodb: { Keys: { pk: { S: string } }; SequenceNumber: string } }[];
};
type Answer = (keys: string[], event: Event) => unknown;

/** A function that remembers the keys of each batch and answers, or throws, as the test says. */
function recorder(answer: Answer = () => null): { invoke: Invoke; batches: string[][]; events: Event[] } {
  const batches: string[][] = [];
  const events: Event[] = [];
  const invoke: Invoke = async (_, event) => {
    const { Records } = event as Event;
    const keys = Records.map(({ dynamodb }) => dynamodb.Keys.pk.S);
    batches.push(keys);
    events.push(event as Event);
    const result: InvokeResult = { requestId: "r", functionError: undefined, payload: "null", logTail: "" };
    try {
      return { ...result, payload: JSON.stringify(answer(keys, event as Event)) };
    } catch (error) {
      if (error instanceof AwsError) throw error;
      return {
        ...result,
        functionError: "Unhandled",
        payload: JSON.stringify({ errorMessage: String(error) }),
      };
    }
  };
  return { invoke, batches, events };
}

const reportFrom =
  (bad: string): Answer =>
  (keys, event) => ({
    batchItemFailures: keys.flatMap((key, at) =>
      key === bad ? [{ itemIdentifier: event.Records[at]?.dynamodb.SequenceNumber }] : [],
    ),
  });
const throwOn =
  (bad: string): Answer =>
  keys => {
    if (keys.includes(bad)) throw new Error("poison");
  };

async function start(
  mapping: Partial<StreamMapping> & { streamArn: string },
  invoke: Invoke,
  more: { checkpoints?: Checkpoints; clock?: Clock } = {},
): Promise<{ running: RunningMapping; failures: Record<string, unknown>[] }> {
  const failures: Record<string, unknown>[] = [];
  const running = await startStreamMapping({
    mapping: { functionName: "fn", startingPosition: "TRIM_HORIZON", ...mapping },
    endpoint: engine.url,
    region,
    accountId,
    checkpoints: more.checkpoints ?? openCheckpoints(undefined),
    clock: more.clock ?? systemClock,
    invoke,
    onFailure: async message => {
      failures.push(message);
    },
    retryDelay: { firstMs: 1, maxMs: 5 },
  });
  open.push(running);
  return { running, failures };
}

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

it("retries from the lowest reported record on and does not repeat those before it", async () => {
  const { TableName, streamArn } = await aTable();
  await put(TableName, "a", "b", "c", "d");
  let healthy = false;
  const fn = recorder((keys, event) => {
    if (healthy) return null;
    healthy = true;
    // Reported out of order: the lowest sequence number counts.
    const at = (key: string) => event.Records[keys.indexOf(key)]?.dynamodb.SequenceNumber;
    return { batchItemFailures: [{ itemIdentifier: at("d") }, { itemIdentifier: at("b") }] };
  });
  await start({ streamArn, reportBatchItemFailures: true }, fn.invoke);
  await expect
    .poll(() => fn.batches)
    .toEqual([
      ["a", "b", "c", "d"],
      ["b", "c", "d"],
    ]);
});

it("repeats the whole batch after an answer that names an unknown record", async () => {
  const { TableName, streamArn } = await aTable();
  await put(TableName, "a", "b");
  let calls = 0;
  const fn = recorder(() => ({ batchItemFailures: ++calls === 1 ? [{ itemIdentifier: "999" }] : [] }));
  await start({ streamArn, reportBatchItemFailures: true }, fn.invoke);
  await expect
    .poll(() => fn.batches)
    .toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
});

it("holds the shard back while its first record fails", async () => {
  const { TableName, streamArn } = await aTable();
  await put(TableName, "a");
  let healthy = false;
  const fn = recorder(() => {
    if (!healthy) throw new Error("down");
  });
  await start({ streamArn }, fn.invoke);
  await expect.poll(() => fn.batches.length).toBeGreaterThan(3);
  await put(TableName, "b");
  healthy = true;
  await expect.poll(() => fn.batches.at(-1)).toEqual(["b"]);
  expect(fn.batches.slice(0, -1).every(keys => keys.join() === "a")).toBe(true);
});

it("isolates a poison record by halving, gives it up after its retries and reports where it is", async () => {
  const { TableName, streamArn } = await aTable();
  await put(TableName, "a", "b", "poison", "d", "e");
  const fn = recorder(throwOn("poison"));
  const { failures } = await start(
    { streamArn, bisectBatchOnFunctionError: true, maximumRetryAttempts: 2 },
    fn.invoke,
  );
  await expect.poll(() => fn.batches.at(-1)).toEqual(["d", "e"]);
  expect(fn.batches.filter(keys => !keys.includes("poison")).flat()).toEqual(["a", "b", "d", "e"]);
  expect(fn.batches.filter(keys => keys.join() === "poison")).toHaveLength(3);
  const poison = fn.events.find(({ Records }) => Records[0]?.dynamodb.Keys.pk.S === "poison")?.Records[0]
    ?.dynamodb.SequenceNumber;
  expect(failures).toEqual([
    {
      version: "1.0",
      timestamp: expect.any(String),
      requestContext: {
        requestId: "r",
        functionArn: `arn:aws:lambda:us-east-1:${accountId}:function:fn`,
        condition: "RetryAttemptsExhausted",
        approximateInvokeCount: 3,
      },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      DDBStreamBatchInfo: {
        shardId: expect.stringMatching(/^shardId-/),
        startSequenceNumber: poison,
        endSequenceNumber: poison,
        approximateArrivalOfFirstRecord: expect.any(String),
        approximateArrivalOfLastRecord: expect.any(String),
        batchSize: 1,
        streamArn,
      },
    },
  ]);
});

it("gives up everything behind a reported record when its retries are over", async () => {
  const { TableName, streamArn } = await aTable();
  await put(TableName, "a", "poison", "c");
  const fn = recorder(reportFrom("poison"));
  const { failures } = await start(
    { streamArn, reportBatchItemFailures: true, bisectBatchOnFunctionError: true, maximumRetryAttempts: 1 },
    fn.invoke,
  );
  await expect.poll(() => failures).toMatchObject([{ DDBStreamBatchInfo: { batchSize: 2 } }]);
  await put(TableName, "d");
  await expect.poll(() => fn.batches).toEqual([["a", "poison", "c"], ["poison", "c"], ["d"]]);
});

it("does not count throttled invocations as retries", async () => {
  const { TableName, streamArn } = await aTable();
  await put(TableName, "a");
  let calls = 0;
  const fn = recorder(() => {
    calls += 1;
    if (calls <= 4) throw new AwsError("TooManyRequestsException", "Rate Exceeded.", 429);
    return null;
  });
  const { failures } = await start({ streamArn, maximumRetryAttempts: 0 }, fn.invoke);
  await expect.poll(() => fn.batches).toHaveLength(5);
  expect(failures).toEqual([]);
});

it("gives up a record once it is older than the maximum age, and not before", async () => {
  const { TableName, streamArn } = await aTable();
  await put(TableName, "a");
  let offsetMs = 0;
  const clock = { now: () => new Date(Date.now() + offsetMs) };
  const fn = recorder(throwOn("a"));
  const { failures } = await start({ streamArn, maximumRecordAgeSeconds: 60 }, fn.invoke, { clock });
  await expect.poll(() => fn.batches.length).toBeGreaterThan(3);
  expect(failures).toEqual([]);
  offsetMs = 121_000;
  await expect.poll(() => failures).toMatchObject([{ requestContext: { condition: "RecordAgeExceeded" } }]);
  await put(TableName, "b");
});

it("continues after a restart at the first record that was not done", async () => {
  const { TableName, streamArn } = await aTable();
  await put(TableName, "a", "b", "c");
  const stateDirectory = temporaryDirectory();
  const checkpoints = openCheckpoints(stateDirectory);
  const before = recorder(reportFrom("b"));
  const { running } = await start({ streamArn, reportBatchItemFailures: true }, before.invoke, {
    checkpoints,
  });
  await expect.poll(() => before.batches.length).toBeGreaterThan(1);
  await running.stop();
  checkpoints.close();
  await put(TableName, "d");
  const after = recorder();
  const reopened = openCheckpoints(stateDirectory);
  await start({ streamArn, reportBatchItemFailures: true }, after.invoke, { checkpoints: reopened });
  await expect.poll(() => after.batches.flat()).toEqual(["b", "c", "d"]);
});

it("delivers to a LATEST mapping what was written while it was down, from its very first start on", async () => {
  const { TableName, streamArn } = await aTable();
  await put(TableName, "old");
  const stateDirectory = temporaryDirectory();
  const checkpoints = openCheckpoints(stateDirectory);
  const before = recorder();
  const { running } = await start({ streamArn, startingPosition: "LATEST" }, before.invoke, { checkpoints });
  await running.stop();
  checkpoints.close();
  await put(TableName, "meanwhile");
  const after = recorder();
  await start({ streamArn, startingPosition: "LATEST" }, after.invoke, {
    checkpoints: openCheckpoints(stateDirectory),
  });
  await expect.poll(() => after.batches.flat()).toEqual(["meanwhile"]);
  expect(before.batches).toEqual([]);
});

it("keeps the checkpoint of an invocation that ends while the mapping stops", async () => {
  const { TableName, streamArn } = await aTable();
  await put(TableName, "a");
  const checkpoints = openCheckpoints(undefined);
  const [called, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const fn = recorder();
  const slow: Invoke = async (name, event) => {
    called.resolve();
    await answer.promise;
    return fn.invoke(name, event);
  };
  const { running } = await start({ streamArn }, slow, { checkpoints });
  await called.promise;
  const stopping = running.stop();
  answer.resolve();
  await stopping;
  await put(TableName, "b");
  await start({ streamArn }, fn.invoke, { checkpoints });
  await expect.poll(() => fn.batches).toEqual([["a"], ["b"]]);
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
