// Crash points: the sandbox ends around one of its own requests, before it leaves or after it was served.
import { afterEach, expect, it } from "vitest";
import { type LambdaServer, type LambdaServerOptions, startLambdaServer } from "#local/lambda/server.ts";
import { serveAwsJson } from "#local/wire/aws-json.ts";
import type { RunningServer } from "#local/wire/listen.ts";
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

async function startTable(): Promise<{ server: RunningServer; served: string[] }> {
  const served: string[] = [];
  const record = (name: string) => () => {
    served.push(name);
    return {};
  };
  const server = await serveAwsJson({
    name: "table",
    port: 0,
    targetPrefix: "DynamoDB_20120810",
    operations: { PutItem: record("PutItem"), DeleteItem: record("DeleteItem") },
  });
  open.push(server);
  return { server, served };
}

const twoPutsAndADelete = `
  import { DynamoDBClient, PutItemCommand, DeleteItemCommand } from "@aws-sdk/client-dynamodb";
  const client = new DynamoDBClient({});
  export const handler = async () => {
    await client.send(new PutItemCommand({ TableName: "registry", Item: { pk: { S: "1" } } }));
    await client.send(new PutItemCommand({ TableName: "registry", Item: { pk: { S: "2" } } }));
    console.log("seen second put");
    await client.send(new DeleteItemCommand({ TableName: "registry", Key: { pk: { S: "1" } } }));
    return "done";
  };`;

it.each([
  { when: "before-send" as const, match: "PutItem", occurrence: 2, servedThen: ["PutItem"], loggedThen: 0 },
  {
    when: "after-response" as const,
    match: "PutItem",
    occurrence: 2,
    servedThen: ["PutItem", "PutItem"],
    loggedThen: 0,
  },
  {
    when: "before-send" as const,
    match: "DynamoDB_20120810.DeleteItem",
    occurrence: 1,
    servedThen: ["PutItem", "PutItem"],
    loggedThen: 1,
  },
  { when: "before-send" as const, match: "POST /", occurrence: 1, servedThen: [], loggedThen: 0 },
])(
  "kills the sandbox $when of request $occurrence that matches $match",
  async ({ servedThen, loggedThen, ...point }) => {
    const { server: table, served } = await startTable();
    const fn = await aFunction(twoPutsAndADelete, {
      name: "writes",
      environment: { AWS_ENDPOINT_URL_DYNAMODB: table.url },
    });
    const server = await start({ functions: [fn] });
    await server.warm();
    const watch = server.terminateDuring("writes", point);
    expect(await failure(server, "writes")).toMatchObject({
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringContaining("signal: killed"),
    });
    await watch.fired;
    expect(served).toEqual(servedThen);
    expect(server.logLines("writes").filter(line => line.includes("seen second put"))).toHaveLength(
      loggedThen,
    );
    expect((await server.invoke("writes", {})).payload).toBe('"done"');
  },
);

it("counts a crash point's occurrences over invocations, and never fires one that was taken back", async () => {
  const { server: table, served } = await startTable();
  const fn = await aFunction(twoPutsAndADelete, {
    name: "writes",
    environment: { AWS_ENDPOINT_URL_DYNAMODB: table.url },
  });
  const server = await start({ functions: [fn] });
  server.terminateDuring("writes", { match: "PutItem", when: "before-send", occurrence: 1 }).disarm();
  server.terminateDuring("writes", { match: "PutItem", when: "before-send", occurrence: 3 });
  expect((await server.invoke("writes", {})).functionError).toBeUndefined();
  expect((await server.invoke("writes", {})).functionError).toBe("Unhandled");
  expect(served).toEqual(["PutItem", "PutItem", "DeleteItem"]);
});

it("kills a sandbox around a request that fetch sends", async () => {
  const { server: table, served } = await startTable();
  const fn = await aFunction(
    `export const handler = async () => (await fetch(process.env.TABLE, { method: "POST", body: "{}", headers: {
       "x-amz-target": "DynamoDB_20120810.PutItem", authorization: "AWS4-HMAC-SHA256 Credential=test/x" } })).status`,
    { name: "fetches", environment: { TABLE: table.url } },
  );
  const server = await start({ functions: [fn] });
  server.terminateDuring("fetches", { match: "PutItem", when: "before-send", occurrence: 1 });
  server.terminateDuring("fetches", { match: "PutItem", when: "after-response", occurrence: 1 });
  await failure(server, "fetches");
  expect(served).toEqual([]);
  await failure(server, "fetches");
  expect(served).toEqual(["PutItem"]);
  expect((await server.invoke("fetches", {})).payload).toBe("200");
});
