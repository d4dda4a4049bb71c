// The Invoke API through the AWS SDK and the AWS CLI: results, errors, throttling, payload limits.
import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  ListFunctionsCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sandboxesAtOnce } from "#local/lambda/function-definition.ts";
import { type LambdaServer, startLambdaServer } from "#local/lambda/server.ts";
import { faultInjector } from "#local/wire/faults.ts";
import { accountId, aFunction, region, temporaryDirectory } from "./function-fixture.ts";

const faults = faultInjector();
const logDirectory = temporaryDirectory();
let server: LambdaServer;
let client: LambdaClient;

beforeAll(async () => {
  server = await startLambdaServer({
    port: 0,
    accountId,
    region,
    faults,
    logDirectory,
    functions: [
      await aFunction(
        "export const handler = async (event, context) => ({ event, name: context.functionName, arn: context.invokedFunctionArn, id: context.awsRequestId, left: context.getRemainingTimeInMillis() })",
        { name: "echo" },
      ),
      await aFunction("export const handler = async () => { throw new RangeError('no such slot') }", {
        name: "throws",
      }),
      await aFunction(
        "export const handler = async () => { const b = new Int32Array(new SharedArrayBuffer(4)); await new Promise(r => setTimeout(r, 300)); return process.env.AWS_LAMBDA_LOG_STREAM_NAME }",
        { name: "slow", reservedConcurrency: 2 },
      ),
      await aFunction(
        "export const handler = async () => { await new Promise(r => setTimeout(r, 20)); return process.env.AWS_LAMBDA_LOG_STREAM_NAME }",
        { name: "patient" },
      ),
      await aFunction("export const handler = async ({ size }) => 'x'.repeat(size)", { name: "large" }),
      await aFunction(
        "export const handler = async () => { console.log('line one\\nline two'); process.stdout.write('{\"raw\":1}\\n') }",
        {
          name: "talks",
        },
      ),
    ],
  });
  client = new LambdaClient({
    endpoint: server.url,
    region,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
});

afterAll(async () => {
  client.destroy();
  await server.stop();
});

async function invoke(input: InvokeCommandInput): Promise<{ error: string | undefined; payload: unknown }> {
  const output = await client.send(new InvokeCommand(input));
  const text = output.Payload?.transformToString() ?? "";
  return { error: output.FunctionError, payload: text === "" ? undefined : JSON.parse(text) };
}

it("runs the handler with the event and Lambda's context", async () => {
  const { error, payload } = await invoke({ FunctionName: "echo", Payload: '{"a":[1]}' });
  expect(error).toBeUndefined();
  expect(payload).toMatchObject({
    event: { a: [1] },
    name: "echo",
    arn: `arn:aws:lambda:us-east-1:${accountId}:function:echo`,
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  const { left } = payload as { left: number };
  expect(left).toBeGreaterThan(4000);
  expect(left).toBeLessThanOrEqual(5000);
});

it("takes a full ARN as the function's name", async () => {
  const arn = `arn:aws:lambda:us-east-1:${accountId}:function:echo`;
  expect((await invoke({ FunctionName: arn })).payload).toMatchObject({ name: "echo" });
});

it("reports a thrown error as Unhandled with its type and message", async () => {
  const { error, payload } = await invoke({ FunctionName: "throws" });
  expect(error).toBe("Unhandled");
  expect(payload).toMatchObject({ errorType: "RangeError", errorMessage: "no such slot" });
});

it("refuses an unknown function with ResourceNotFoundException", async () => {
  await expect(invoke({ FunctionName: "absent" })).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    $metadata: { httpStatusCode: 404 },
  });
});

it("refuses a payload that is not JSON with InvalidRequestContentException", async () => {
  await expect(invoke({ FunctionName: "echo", Payload: "{" })).rejects.toMatchObject({
    name: "InvalidRequestContentException",
  });
});

it("refuses an unsigned request", async () => {
  const response = await fetch(`${server.url}/2015-03-31/functions/echo/invocations`, { method: "POST" });
  expect(response.status).toBe(403);
  expect(response.headers.get("x-amzn-errortype")).toBe("MissingAuthenticationTokenException");
});

it("answers a dry run without running the function", async () => {
  const output = await client.send(new InvokeCommand({ FunctionName: "throws", InvocationType: "DryRun" }));
  expect(output.StatusCode).toBe(204);
});

it("runs as many invocations at once as the reserved concurrency and throttles the next with 429", async () => {
  const running = [invoke({ FunctionName: "slow" }), invoke({ FunctionName: "slow" })];
  // Waits until both have a sandbox: the third must then find none.
  await expect.poll(() => server.logLines("slow").filter(line => line.startsWith("START")).length).toBe(2);
  await expect(invoke({ FunctionName: "slow" })).rejects.toMatchObject({
    name: "TooManyRequestsException",
    Reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
    $metadata: { httpStatusCode: 429 },
  });
  const streams = (await Promise.all(running)).map(({ payload }) => payload);
  expect(new Set(streams).size).toBe(2);
  const again = await invoke({ FunctionName: "slow" });
  expect(streams).toContain(again.payload);
});

it("lets invocations without a reserved concurrency wait for a sandbox instead of throttling them", async () => {
  const answers = await Promise.all(
    Array.from({ length: 2 * sandboxesAtOnce }, () => invoke({ FunctionName: "patient" })),
  );
  expect(answers.filter(({ error }) => error !== undefined)).toEqual([]);
  expect(new Set(answers.map(({ payload }) => payload)).size).toBeLessThanOrEqual(sandboxesAtOnce);
});

it("accepts a synchronous payload of 6,291,456 bytes and refuses one byte more", async () => {
  const fits = JSON.stringify("x".repeat(6_291_456 - 2));
  expect((await invoke({ FunctionName: "talks", Payload: fits })).error).toBeUndefined();
  const tooLarge = JSON.stringify("x".repeat(6_291_456 - 1));
  await expect(invoke({ FunctionName: "talks", Payload: tooLarge })).rejects.toMatchObject({
    name: "RequestTooLargeException",
    $metadata: { httpStatusCode: 413 },
  });
});

it("returns a response of 6,291,556 bytes and turns one byte more into an error", async () => {
  const fits = await server.invoke("large", { size: 6_291_556 - 2 });
  expect(fits.functionError).toBeUndefined();
  const tooLarge = await server.invoke("large", { size: 6_291_556 - 1 });
  expect(tooLarge.functionError).toBe("Unhandled");
  expect(JSON.parse(tooLarge.payload)).toMatchObject({ errorType: "Function.ResponseSizeTooLarge" });
});

it("accepts an asynchronous payload of 1 MB and refuses one byte more", async () => {
  const send = (bytes: number) =>
    client.send(
      new InvokeCommand({
        FunctionName: "talks",
        InvocationType: "Event",
        Payload: JSON.stringify("x".repeat(bytes - 2)),
      }),
    );
  expect((await send(1_048_576)).StatusCode).toBe(202);
  await expect(send(1_048_577)).rejects.toMatchObject({ name: "RequestTooLargeException" });
});

it("logs one line for each console call and passes raw writes unchanged, in memory and in the file", async () => {
  const output = await client.send(new InvokeCommand({ FunctionName: "talks", LogType: "Tail" }));
  const lines = server.logLines("talks").slice(-5);
  expect(lines[0]).toMatch(/^START RequestId: /);
  expect(lines[1]).toMatch(/^\d{4}-.*Z\t[0-9a-f-]{36}\tINFO\tline one\rline two$/);
  expect(lines[2]).toBe('{"raw":1}');
  expect(lines[4]).toMatch(/^REPORT RequestId: .*Duration: /);
  expect(readFileSync(join(logDirectory, "talks.log"), "utf8").split("\n")).toEqual(
    expect.arrayContaining(lines),
  );
  expect(Buffer.from(output.LogResult ?? "", "base64").toString()).toContain('{"raw":1}');
});

it("fails the next invocation as the test asked and serves the one after", async () => {
  faults.next("Invoke echo", { kind: "lost-reply" });
  await expect(invoke({ FunctionName: "echo" })).rejects.toThrow();
  expect((await invoke({ FunctionName: "echo" })).error).toBeUndefined();
});

it("lists its functions", async () => {
  const { Functions } = await client.send(new ListFunctionsCommand({}));
  expect(Functions?.map(({ FunctionName }) => FunctionName)).toEqual([
    "echo",
    "throws",
    "slow",
    "patient",
    "large",
    "talks",
  ]);
});

function hasAwsCli(): boolean {
  try {
    execFileSync("aws", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

it.skipIf(!hasAwsCli())("serves the AWS CLI (skipped where `aws` is not installed)", async () => {
  const outFile = join(temporaryDirectory(), "out.json");
  const args = ["lambda", "invoke", "--endpoint-url", server.url, "--function-name", "echo", outFile];
  const { stdout } = await promisify(execFile)("aws", args, {
    env: {
      PATH: process.env["PATH"],
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_DEFAULT_REGION: region,
    },
  });
  expect(JSON.parse(stdout)).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" });
  expect(JSON.parse(readFileSync(outFile, "utf8"))).toMatchObject({ event: {}, name: "echo" });
});
