// The DynamoDB stream mapping over a restart: nothing is lost, nothing done is repeated.

import { expect, it } from "vitest";
import { openCheckpoints } from "#local/lambda/event-source/checkpoint.ts";
import type { Invoke } from "#local/lambda/function-definition.ts";
import { temporaryDirectory } from "./function-fixture.ts";
import { aTable, put, recorder, reportFrom, start } from "./stream-fixture.ts";

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
