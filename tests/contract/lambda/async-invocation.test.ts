// Asynchronous invocations: retries, the on-failure destination, and survival of a restart.

import { afterEach, expect, it } from "vitest";
import type { AsyncFailure } from "#local/lambda/async-invocation.ts";
import { type LambdaServer, type LambdaServerOptions, startLambdaServer } from "#local/lambda/server.ts";
import { accountId, aFunction, region, temporaryDirectory } from "./function-fixture.ts";

const open: LambdaServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(server => server.stop()));
});

async function start(options: Partial<LambdaServerOptions>): Promise<LambdaServer> {
  const server = await startLambdaServer({ port: 0, accountId, region, functions: [], ...options });
  open.push(server);
  return server;
}

const starts = (server: LambdaServer): number =>
  server.logLines("fn").filter(line => line.startsWith("START")).length;

it("retries a failing asynchronous invocation twice, then tells the destination", async () => {
  const failures: AsyncFailure[] = [];
  const fn = await aFunction("export const handler = async () => { throw new Error('no') }", { name: "fn" });
  const server = await start({
    functions: [fn],
    asyncRetryDelaysMs: [1, 1],
    onAsyncFailure: async failure => {
      failures.push(failure);
    },
  });
  const id = server.invokeAsync("fn", { lot: 1 });
  await expect.poll(() => failures).toHaveLength(1);
  expect(starts(server)).toBe(3);
  expect(failures[0]).toMatchObject({
    functionName: "fn",
    record: {
      version: "1.0",
      requestContext: { requestId: id, condition: "RetriesExhausted", approximateInvokeCount: 3 },
      requestPayload: { lot: 1 },
      responseContext: { functionError: "Unhandled" },
      responsePayload: { errorMessage: "no" },
    },
  });
});

it("stops after the first success and tells no destination", async () => {
  let moved = 0;
  const failures: AsyncFailure[] = [];
  const fn = await aFunction(
    "let n = 0; export const handler = async () => { if (n++ === 0) throw new Error('once') }",
    { name: "fn" },
  );
  const server = await start({
    functions: [fn],
    clock: { now: () => new Date(Date.now() + moved) },
    onAsyncFailure: async failure => {
      failures.push(failure);
    },
  });
  server.invokeAsync("fn", {});
  await expect.poll(() => server.logLines("fn").filter(line => line.startsWith("REPORT")).length).toBe(1);
  // AWS waits a minute before the first retry.
  moved = 59_000;
  expect(starts(server)).toBe(1);
  moved = 61_000;
  await expect.poll(() => server.logLines("fn").filter(line => line.startsWith("REPORT")).length).toBe(2);
  moved = 10_000_000;
  await server.invoke("fn", {});
  expect(starts(server)).toBe(3);
  expect(failures).toEqual([]);
});

it("runs an accepted invocation after a restart that came before it was done", async () => {
  const stateDirectory = temporaryDirectory();
  const hangs = await aFunction("export const handler = () => new Promise(() => {})", { name: "fn" });
  const before = await start({ functions: [hangs], stateDirectory });
  before.invokeAsync("fn", { n: 7 });
  await expect.poll(() => starts(before)).toBe(1);
  await before.stop();
  open.pop();
  const works = await aFunction("export const handler = async event => console.log(event.n)", { name: "fn" });
  const after = await start({ functions: [works], stateDirectory });
  await expect.poll(() => after.logLines("fn").join("\n")).toContain("INFO\t7");
});
