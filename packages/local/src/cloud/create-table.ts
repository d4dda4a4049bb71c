// Creates the registry's table from its layout, as infra does on AWS.
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  ResourceInUseException,
  type TableDescription,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { tableLayout } from "#aws/registry/table.ts";

/** A table of an earlier version: reads of its indexes would fail, or lack what is read. */
export class OutdatedTableError extends Error {
  constructor(tableName: string) {
    super(`the table ${tableName} was made by another version of edgecert, with other indexes`);
  }
}

/** Answers the stream's ARN. A table that exists is left as it is; one of another layout is an `OutdatedTableError`. */
export async function createRegistryTable(client: DynamoDBClient, tableName: string): Promise<string> {
  try {
    await client.send(new CreateTableCommand(registryTable(tableName)));
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: tableName,
        TimeToLiveSpecification: { AttributeName: tableLayout.timeToLiveAttribute, Enabled: true },
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
  if (shapeOf(Table) !== shapeOf(registryTable(tableName))) throw new OutdatedTableError(tableName);
  if (Table?.LatestStreamArn === undefined) throw new Error(`table ${tableName} has no stream`);
  return Table.LatestStreamArn;
}

/** The table as CreateTable takes it. */
export function registryTable(tableName: string): CreateTableCommandInput {
  const indexes = Object.entries(tableLayout.indexes);
  const attributes = [
    tableLayout.partitionKey,
    tableLayout.sortKey,
    ...indexes.flatMap(([, { partitionKey, sortKey }]) => [partitionKey, sortKey]),
  ];
  return {
    TableName: tableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: attributes.map(AttributeName => ({ AttributeName, AttributeType: "S" })),
    KeySchema: keySchema(tableLayout),
    StreamSpecification: { StreamEnabled: true, StreamViewType: tableLayout.streamViewType },
    GlobalSecondaryIndexes: indexes.map(([IndexName, index]) => ({
      IndexName,
      KeySchema: keySchema(index),
      Projection:
        index.include.length === 0
          ? { ProjectionType: "KEYS_ONLY" as const }
          : { ProjectionType: "INCLUDE" as const, NonKeyAttributes: [...index.include] },
    })),
  };
}

function keySchema(keys: { readonly partitionKey: string; readonly sortKey: string }) {
  return [
    { AttributeName: keys.partitionKey, KeyType: "HASH" as const },
    { AttributeName: keys.sortKey, KeyType: "RANGE" as const },
  ];
}

/** What reads depend on, in one order: DynamoDB lists indexes and attributes in its own. */
function shapeOf(table: TableDescription | CreateTableCommandInput | undefined): string {
  const indexes = (table?.GlobalSecondaryIndexes ?? []).map(({ IndexName, KeySchema, Projection }) => [
    IndexName,
    keyText(KeySchema),
    Projection?.ProjectionType,
    ...[...(Projection?.NonKeyAttributes ?? [])].sort(),
  ]);
  const { StreamViewType } = table?.StreamSpecification ?? {};
  return JSON.stringify([keyText(table?.KeySchema), StreamViewType, ...indexes.map(String).sort()]);
}

function keyText(keys: readonly KeySchemaElement[] | undefined): string {
  return (keys ?? []).map(({ AttributeName, KeyType }) => `${KeyType} ${AttributeName}`).join(", ");
}
