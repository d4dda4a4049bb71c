// What the stream mapping tests share: the real engine, tables, recording functions, mappings that stop by themselves.
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, afterEach, beforeAll } from "vitest";
import { startDynamoDb } from "#local/cloud/dynamodb.ts";
import { type Checkpoints, openCheckpoints } from "#local/lambda/event-source/checkpoint.ts";
import type { StreamMapping } from "#local/lambda/event-source/mapping.ts";
import { type RunningMapping, startStreamMapping } from "#local/lambda/event-source/stream-mapping.ts";
import type { Invoke, InvokeResult } from "#local/lambda/function-definition.ts";
import { AwsError } from "#local/wire/aws-json.ts";
import { type Clock, systemClock } from "#local/wire/clock.ts";
import type { RunningServer } from "#local/wire/listen.ts";
import { accountId, region } from "./function-fixture.ts";

let engine: RunningServer;
export let client: DynamoDBClient;
export const open: { stop: () => Promise<void> }[] = [];

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
export async function aTable(): Promise<{ TableName: string; streamArn: string }> {
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

export async function put(TableName: string, ...keys: string[]): Promise<void> {
  for (const pk of keys) await client.send(new PutItemCommand({ TableName, Item: { pk: { S: pk } } }));
}

type Event = {
  Records: { dynamodb: { Keys: { pk: { S: string } }; SequenceNumber: string } }[];
};
type Answer = (keys: string[], event: Event) => unknown;

/** A function that remembers the keys of each batch and answers, or throws, as the test says. */
export function recorder(answer: Answer = () => null): {
  invoke: Invoke;
  batches: string[][];
  events: Event[];
} {
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

export const reportFrom =
  (bad: string): Answer =>
  (keys, event) => ({
    batchItemFailures: keys.flatMap((key, at) =>
      key === bad ? [{ itemIdentifier: event.Records[at]?.dynamodb.SequenceNumber }] : [],
    ),
  });
export const throwOn =
  (bad: string): Answer =>
  keys => {
    if (keys.includes(bad)) throw new Error("poison");
  };

export async function start(
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
