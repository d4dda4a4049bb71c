// The SQS mapping against the queue emulator: record shape, partial batches, deletion, filters.

import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { QueueMapping } from "#local/lambda/event-source/mapping.ts";
import { startQueueMapping } from "#local/lambda/event-source/queue-mapping.ts";
import type { Invoke } from "#local/lambda/function-definition.ts";
import { AwsError } from "#local/wire/aws-json.ts";
import { region } from "./function-fixture.ts";

let emulator: FauxqsServer;
let client: SQSClient;
let endpoint: string;
const open: { stop: () => Promise<void> }[] = [];

beforeAll(async () => {
  emulator = await startFauxqs({ port: 0, host: "127.0.0.1", logger: false });
  endpoint = `http://127.0.0.1:${emulator.port}`;
  client = new SQSClient({ endpoint, region, credentials: { accessKeyId: "test", secretAccessKey: "test" } });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map(one => one.stop()));
});
afterAll(async () => {
  client.destroy();
  await emulator.stop();
});

let queues = 0;
function aQueue(visibilitySeconds = 30) {
  queues += 1;
  const name = `work-${queues}`;
  const made = emulator.createQueue(name, { attributes: { VisibilityTimeout: String(visibilitySeconds) } });
  const left = (): number => {
    const { messages } = emulator.inspectQueue(name) ?? {
      messages: { ready: [], inflight: [], delayed: [] },
    };
    return messages.ready.length + messages.inflight.length + messages.delayed.length;
  };
  return { queueUrl: made.queueUrl, queueArn: made.queueArn, left };
}

async function send(queueUrl: string, ...bodies: string[]): Promise<void> {
  for (const MessageBody of bodies) {
    const MessageAttributes = { kind: { DataType: "String", StringValue: "test" } };
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody, MessageAttributes }));
  }
}

type Records = { messageId: string; body: string }[];

function recorder(answer: (records: Records) => unknown = () => null) {
  const batches: Records[] = [];
  const invoke: Invoke = async (_, event) => {
    const { Records } = event as { Records: Records };
    batches.push(Records);
    const result = { requestId: "r", logTail: "" };
    try {
      return { ...result, functionError: undefined, payload: JSON.stringify(answer(Records)) };
    } catch (error) {
      if (error instanceof AwsError) throw error;
      return { ...result, functionError: "Unhandled" as const, payload: "{}" };
    }
  };
  const bodies = (): string[] =>
    batches
      .flat()
      .map(({ body }) => body)
      .sort();
  return { invoke, batches, bodies };
}

async function start(
  mapping: Partial<QueueMapping> & { queueUrl: string; queueArn: string },
  invoke: Invoke,
) {
  const running = await startQueueMapping({
    mapping: { functionName: "fn", ...mapping },
    endpoint,
    region,
    invoke,
  });
  open.push(running);
}

it("hands over messages in Lambda's event shape and deletes them after success", async () => {
  const { left, ...queue } = aQueue();
  const fn = recorder();
  await start(queue, fn.invoke);
  await send(queue.queueUrl, "one");
  await expect.poll(() => fn.batches).toHaveLength(1);
  expect(fn.batches[0]).toEqual([
    {
      messageId: expect.any(String),
      receiptHandle: expect.any(String),
      body: "one",
      attributes: expect.objectContaining({
        ApproximateReceiveCount: "1",
        SentTimestamp: expect.any(String),
      }),
      messageAttributes: {
        kind: { stringValue: "test", stringListValues: [], binaryListValues: [], dataType: "String" },
      },
      md5OfBody: "f97c5d29941bfb1b2fdab0874906ab82",
      eventSource: "aws:sqs",
      eventSourceARN: queue.queueArn,
      awsRegion: "us-east-1",
    },
  ]);
  await expect.poll(left).toBe(0);
});

it("redelivers the reported messages only", async () => {
  const { left, ...queue } = aQueue(1);
  let calls = 0;
  const fn = recorder(records => {
    calls += 1;
    if (calls > 1) return null;
    return {
      batchItemFailures: records
        .filter(({ body }) => body === "bad")
        .map(({ messageId }) => ({ itemIdentifier: messageId })),
    };
  });
  await send(queue.queueUrl, "good", "bad", "fine");
  await start({ ...queue, reportBatchItemFailures: true }, fn.invoke);
  await expect.poll(fn.bodies, { timeout: 10_000 }).toEqual(["bad", "bad", "fine", "good"]);
  await expect.poll(left).toBe(0);
});

it.each([
  [
    "throws",
    () => {
      throw new Error("down");
    },
  ],
  ["reports an unknown message", () => ({ batchItemFailures: [{ itemIdentifier: "nobody" }] })],
  [
    "is throttled",
    () => {
      throw new AwsError("TooManyRequestsException", "Rate Exceeded.", 429);
    },
  ],
])("redelivers the whole batch when the function %s", async (_, fail) => {
  const { left, ...queue } = aQueue(1);
  let calls = 0;
  const fn = recorder(() => (++calls === 1 ? fail() : null));
  await send(queue.queueUrl, "a", "b");
  await start({ ...queue, reportBatchItemFailures: true }, fn.invoke);
  await expect.poll(fn.bodies, { timeout: 10_000 }).toEqual(["a", "a", "b", "b"]);
  await expect.poll(left).toBe(0);
});

it("takes at most the batch size at once, and gathers more than ten within a window", async () => {
  const { left: _, ...small } = aQueue();
  await send(small.queueUrl, "a", "b", "c");
  const fn = recorder();
  await start({ ...small, batchSize: 2 }, fn.invoke);
  await expect.poll(fn.bodies).toEqual(["a", "b", "c"]);
  expect(Math.max(...fn.batches.map(batch => batch.length))).toBe(2);

  const { left: __, ...large } = aQueue();
  const bodies = Array.from({ length: 15 }, (_, n) => `m${n}`);
  await send(large.queueUrl, ...bodies);
  const wide = recorder();
  await start({ ...large, batchSize: 20, maximumBatchingWindowSeconds: 1 }, wide.invoke);
  await expect.poll(wide.bodies, { timeout: 10_000 }).toEqual([...bodies].sort());
});

it("deletes messages that no filter pattern matches without calling the function", async () => {
  const { left, ...queue } = aQueue();
  const fn = recorder();
  await start({ ...queue, filterPatterns: ['{"body":{"kind":["wanted"]}}'] }, fn.invoke);
  await send(queue.queueUrl, '{"kind":"other"}', "not json", '{"kind":"wanted"}');
  await expect.poll(fn.bodies).toEqual(['{"kind":"wanted"}']);
  await expect.poll(left).toBe(0);
});

it("runs as many invocations at once as its maximum concurrency", async () => {
  const { left: _, ...queue } = aQueue();
  await send(queue.queueUrl, "a", "b", "c");
  const release = Promise.withResolvers<void>();
  let busy = 0;
  let most = 0;
  const invoke: Invoke = async () => {
    busy += 1;
    most = Math.max(most, busy);
    await release.promise;
    busy -= 1;
    return { requestId: "r", functionError: undefined, payload: "null", logTail: "" };
  };
  await start({ ...queue, batchSize: 1, maximumConcurrency: 2 }, invoke);
  await expect.poll(() => busy).toBe(2);
  release.resolve();
  await expect.poll(() => emulator.inspectQueue(`work-${queues}`)?.messages.inflight.length).toBe(0);
  expect(most).toBe(2);
});

it.each([
  { maximumConcurrency: 1 },
  { maximumConcurrency: 1001 },
  { batchSize: 11 },
  { batchSize: 10_001, maximumBatchingWindowSeconds: 1 },
])("refuses a mapping that CreateEventSourceMapping would refuse: %o", async bad => {
  await expect(
    start({ queueUrl: endpoint, queueArn: "arn:none", ...bad }, recorder().invoke),
  ).rejects.toThrow();
});

it("accepts a batch of eleven with a window of one second", async () => {
  const { left: _, ...queue } = aQueue();
  await start({ ...queue, batchSize: 11, maximumBatchingWindowSeconds: 1 }, recorder().invoke);
});
