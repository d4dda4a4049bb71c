// The sandbox: isolation, freezing, time-out, death and the movable clock.

import { createServer } from "node:http";
import { afterEach, expect, it } from "vitest";
import { type LambdaServer, type LambdaServerOptions, startLambdaServer } from "#local/lambda/server.ts";
import { listenOnLoopback, type RunningServer } from "#local/wire/listen.ts";
import { accountId, aFunction, region } from "./function-fixture.ts";

const open: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(server => server.stop()));
});

async function start(options: Partial<LambdaServerOptions>): Promise<LambdaServer> {
  const server = await startLambdaServer({ port: 0, accountId, region, functions: [], ...options });
  open.push(server);
  return server;
}

async function failure(server: LambdaServer, name: string): Promise<unknown> {
  const { functionError, payload } = await server.invoke(name, {});
  expect(functionError).toBe("Unhandled");
  return JSON.parse(payload);
}

it("gives a function its own environment and Lambda's, and nothing of the parent's", async () => {
  process.env["PARENT_SECRET"] = "leak";
  const fn = await aFunction("export const handler = async () => process.env", {
    name: "reads",
    environment: { OWN: "1" },
    accessKeyId: "role-reads",
  });
  const server = await start({ functions: [fn] });
  const seen = JSON.parse((await server.invoke("reads", {})).payload);
  Reflect.deleteProperty(process.env, "PARENT_SECRET");
  expect(Object.keys(seen).sort()).toEqual([
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "LANG",
    "OWN",
    "TZ",
    "_HANDLER",
  ]);
  expect(seen).toMatchObject({
    OWN: "1",
    AWS_ACCESS_KEY_ID: "role-reads",
    AWS_REGION: region,
    _HANDLER: "bundle.handler",
  });
});

it("refuses to deploy a function whose environment sets a reserved variable or is over 4 KB", async () => {
  const fn = await aFunction("export const handler = 0");
  await expect(start({ functions: [{ ...fn, environment: { AWS_REGION: "x" } }] })).rejects.toThrow(
    "reserved",
  );
  const sized = (bytes: number) => ({ ...fn, environment: { A_: "x".repeat(bytes - '{"A_":""}'.length) } });
  await expect(start({ functions: [sized(4097)] })).rejects.toThrow("4096");
  await start({ functions: [sized(4096)] });
});

it("shares no globals between two functions and keeps them from call to call of one", async () => {
  const source = "export const handler = async () => (globalThis.calls = (globalThis.calls ?? 0) + 1)";
  const functions = [await aFunction(source, { name: "a" }), await aFunction(source, { name: "b" })];
  const server = await start({ functions });
  const call = async (name: string) => JSON.parse((await server.invoke(name, {})).payload);
  expect([await call("a"), await call("a"), await call("b")]).toEqual([1, 2, 1]);
});

it("freezes work that the handler did not await until the next invocation", async () => {
  const fn = await aFunction(
    `let ticks = 0;
     export const handler = async ({ start }) => {
       if (start) setInterval(() => { ticks += 1 }, 5);
       return ticks;
     }`,
    { name: "leaks" },
  );
  const probe = await aFunction("export const handler = () => new Promise(done => setTimeout(done, 300))", {
    name: "probe",
  });
  const server = await start({ functions: [fn, probe] });
  await server.invoke("leaks", { start: true });
  await server.invoke("probe", {});
  // 60 ticks would fit into the pause; a thawed timer fires once or twice before the handler reads it.
  expect(Number((await server.invoke("leaks", {})).payload)).toBeLessThan(5);
});

it("works on when a server closed the function's idle connection while the sandbox was frozen", async () => {
  let connections = 0;
  const table = createServer((_, response) => response.end("{}"));
  // No time-out and so no hint of one: the client cannot know when the connection will end.
  table.keepAliveTimeout = 0;
  table.on("connection", () => {
    connections += 1;
  });
  open.push(await listenOnLoopback(table, { name: "table", port: 0 }));
  const fn = await aFunction(
    `import { Agent, get } from "node:http";
     const agent = new Agent({ keepAlive: true });
     export const handler = () => new Promise((done, fail) =>
       get(process.env.TABLE, { agent }, reply => reply.resume().on("end", done)).on("error", fail));`,
    { name: "calls", environment: { TABLE: open[0]?.url ?? "" } },
  );
  const server = await start({ functions: [fn] });
  expect((await server.invoke("calls", {})).functionError).toBeUndefined();
  table.closeIdleConnections();
  await expect.poll(() => new Promise(resolve => table.getConnections((_, count) => resolve(count)))).toBe(0);
  expect((await server.invoke("calls", {})).functionError).toBeUndefined();
  expect(connections).toBe(2);
});

it("ends an invocation at its timeout and serves the next one in a new sandbox", async () => {
  const fn = await aFunction(
    "let n = 0; export const handler = ({ hang }) => { n += 1; if (hang === 'await') return new Promise(() => {}); if (hang === 'loop') for (;;); return n }",
    { name: "hangs", timeoutSeconds: 1 },
  );
  const server = await start({ functions: [fn] });
  expect((await server.invoke("hangs", {})).payload).toBe("1");
  for (const hang of ["await", "loop"]) {
    const result = await server.invoke("hangs", { hang });
    expect(JSON.parse(result.payload)).toEqual({
      errorType: "Sandbox.Timedout",
      errorMessage: `RequestId: ${result.requestId} Error: Task timed out after 1.00 seconds`,
    });
    expect((await server.invoke("hangs", {})).payload).toBe("1");
  }
});

it.each([
  [
    "process.exit(3)",
    { errorType: "Runtime.ExitError", errorMessage: expect.stringContaining("exit status 3") },
  ],
  [
    "process.exit(0)",
    {
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringContaining("exited without providing a reason"),
    },
  ],
  ["setTimeout(() => { throw new TypeError('late') })", { errorType: "TypeError", errorMessage: "late" }],
  [
    "Promise.reject(new Error('lost'))",
    {
      errorType: "Runtime.UnhandledPromiseRejection",
      errorMessage: "Error: lost",
      reason: { errorType: "Error" },
    },
  ],
])(
  "ends the invocation when the sandbox dies of %s and starts a new one for the next",
  async (code, error) => {
    const fn = await aFunction(
      `let n = 0; export const handler = async ({ die }) => { n += 1; if (die) { ${code}; await new Promise(() => {}) } return n }`,
      { name: "dies" },
    );
    const server = await start({ functions: [fn] });
    const { functionError, payload } = await server.invoke("dies", { die: true });
    expect(functionError).toBe("Unhandled");
    expect(JSON.parse(payload)).toMatchObject(error);
    expect((await server.invoke("dies", {})).payload).toBe("1");
  },
);

it.each([
  ["throw new Error('bad start')", { errorType: "Error", errorMessage: "bad start" }],
  ["export const other = 1", { errorType: "Runtime.HandlerNotFound" }],
  ["process.exit(1)", { errorType: "Runtime.ExitError" }],
])("reports a bundle that cannot start: %s", async (source, error) => {
  const server = await start({ functions: [await aFunction(source, { name: "broken" })] });
  expect(await failure(server, "broken")).toMatchObject(error);
  expect(await failure(server, "broken")).toMatchObject(error);
});

it("starts one sandbox for each function when warmed, before any call", async () => {
  const fn = await aFunction("console.log('started'); export const handler = async () => 0", {
    name: "warm",
  });
  const server = await start({ functions: [fn] });
  await server.warm();
  expect(server.logLines("warm").filter(line => line.includes("started"))).toHaveLength(1);
  await server.invoke("warm", {});
  expect(server.logLines("warm").filter(line => line.includes("started"))).toHaveLength(1);
});

it("moves a function's clock by the shared offset, also between calls", async () => {
  const offset = new SharedArrayBuffer(8);
  const fn = await aFunction(
    "export const handler = async () => [Date.now(), new Date().getTime(), new Date(5).getTime(), new Date() instanceof Date, new Date().constructor === Date]",
    { name: "clock" },
  );
  const server = await start({ functions: [fn], clockOffsetMs: offset });
  for (const days of [0, 400, -30]) {
    Atomics.store(new BigInt64Array(offset), 0, BigInt(days * 86_400_000));
    const [now, constructed, given, instance, own] = JSON.parse((await server.invoke("clock", {})).payload);
    expect(Math.abs(now - Date.now() - days * 86_400_000)).toBeLessThan(5000);
    expect(Math.abs(constructed - now)).toBeLessThan(1000);
    expect([given, instance, own]).toEqual([5, true, true]);
  }
});
