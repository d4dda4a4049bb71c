// The DynamoDB stream mapping when the function fails: partial batches, halving, giving up, age.

import { expect, it } from "vitest";
import { AwsError } from "#local/wire/aws-json.ts";
import { accountId } from "./function-fixture.ts";
import { aTable, put, recorder, reportFrom, start, throwOn } from "./stream-fixture.ts";

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
