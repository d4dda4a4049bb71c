// A table that an earlier version left behind: taken over when it is the same, refused when its reads would fail.
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRegistryTable, OutdatedTableError, registryTable } from "#local/cloud/create-table.ts";
import { startDynamoDb } from "#local/cloud/dynamodb.ts";
import type { RunningServer } from "#local/wire/listen.ts";

let engine: RunningServer;
let client: DynamoDBClient;

beforeAll(async () => {
  engine = await startDynamoDb({ port: 0, stateDirectory: undefined });
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  client = new DynamoDBClient({ endpoint: engine.url, region: "us-east-1", credentials });
}, 60_000);
afterAll(() => engine.stop());

const earlier: Record<string, (now: CreateTableCommandInput) => CreateTableCommandInput> = {
  "an index that projects one attribute less": now => ({
    ...now,
    GlobalSecondaryIndexes: now.GlobalSecondaryIndexes?.map(index =>
      index.Projection?.NonKeyAttributes === undefined
        ? index
        : {
            ...index,
            Projection: {
              ...index.Projection,
              NonKeyAttributes: index.Projection.NonKeyAttributes.slice(1),
            },
          },
    ),
  }),
  "no index byDue": now => ({
    ...now,
    AttributeDefinitions: now.AttributeDefinitions?.filter(
      ({ AttributeName = "" }) => !/^due/.test(AttributeName),
    ),
    GlobalSecondaryIndexes: now.GlobalSecondaryIndexes?.filter(({ IndexName }) => IndexName !== "byDue"),
  }),
  "a stream of keys alone": now => ({
    ...now,
    StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" },
  }),
};

it("takes over the table that it made itself", async () => {
  const streamArn = await createRegistryTable(client, "same");
  expect(await createRegistryTable(client, "same")).toBe(streamArn);
});

it.each(Object.entries(earlier))("refuses a table with %s", async (_, change) => {
  const name = crypto.randomUUID();
  await client.send(new CreateTableCommand(change(registryTable(name))));
  await expect(createRegistryTable(client, name)).rejects.toBeInstanceOf(OutdatedTableError);
});
