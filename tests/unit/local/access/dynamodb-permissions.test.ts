// Which actions, resources and partitions a DynamoDB request needs.
import { describe, expect, it } from "vitest";
import { tableLayout } from "#aws/registry/table.ts";
import { dynamoDbPermissions } from "#local/access/dynamodb-permissions.ts";

const tableArnPrefix = "arn:aws:dynamodb:us-east-1:000000000000:table/";
const table = `${tableArnPrefix}t`;
const needed = (operation: string, body: unknown) =>
  dynamoDbPermissions({ tableArnPrefix, layout: tableLayout }, operation, body);
const key = (pk: string) => ({ pk: { S: pk }, sk: { S: "S" } });
const row = (action: string, ...partitions: readonly string[]) => ({
  action: `dynamodb:${action}`,
  resource: table,
  context: { "dynamodb:LeadingKeys": partitions },
});

describe("a request needs", () => {
  it.each([
    ["GetItem", { TableName: "t", Key: key("CLAIM#1") }],
    ["PutItem", { TableName: "t", Item: { ...key("CLAIM#1"), state: { S: "enabled" } } }],
    ["UpdateItem", { TableName: "t", Key: key("CLAIM#1") }],
    ["DeleteItem", { TableName: "t", Key: key("CLAIM#1") }],
  ] as const)("%s on the partition of its row", (operation, body) => {
    expect(needed(operation, body)).toEqual([row(operation, "CLAIM#1")]);
  });

  it("the action of each part of a transaction, and none for the transaction itself", () => {
    const TransactItems = [
      { Put: { TableName: "t", Item: key("AUDIT#1") } },
      { Update: { TableName: "t", Key: key("CERTIFICATE#1") } },
      { Delete: { TableName: "t", Key: key("LINE#1") } },
      { ConditionCheck: { TableName: "t", Key: key("CRL#m1") } },
    ];
    expect(needed("TransactWriteItems", { TransactItems })).toEqual([
      row("PutItem", "AUDIT#1"),
      row("UpdateItem", "CERTIFICATE#1"),
      row("DeleteItem", "LINE#1"),
      row("ConditionCheckItem", "CRL#m1"),
    ]);
  });

  it("all partitions of a batch at once", () => {
    expect(needed("BatchGetItem", { RequestItems: { t: { Keys: [key("A"), key("B")] } } })).toEqual([
      row("BatchGetItem", "A", "B"),
    ]);
    const requests = [{ PutRequest: { Item: key("A") } }, { DeleteRequest: { Key: key("B") } }];
    expect(needed("BatchWriteItem", { RequestItems: { t: requests } })).toEqual([
      row("BatchWriteItem", "A", "B"),
    ]);
  });

  it("the partition that a query compares with, by name or by placeholder, of the table or of an index", () => {
    const values = { ":pk": { S: "DUE#1" }, ":x": { S: "other" } };
    const query = (rest: object) =>
      needed("Query", { TableName: "t", ExpressionAttributeValues: values, ...rest });
    expect(query({ KeyConditionExpression: "pk = :pk AND sk >= :x" })).toEqual([row("Query", "DUE#1")]);
    expect(
      query({ KeyConditionExpression: "sk = :x AND #p=:pk", ExpressionAttributeNames: { "#p": "pk" } }),
    ).toEqual([row("Query", "DUE#1")]);
    expect(query({ IndexName: "byDue", KeyConditionExpression: "duePk = :pk AND dueSk < :x" })).toEqual([
      { ...row("Query", "DUE#1"), resource: `${table}/index/byDue` },
    ]);
  });

  it.each([
    ["a scan", "Scan", { TableName: "t" }],
    ["a query by the old conditions", "Query", { TableName: "t", KeyConditions: { pk: {} } }],
    [
      "a query of an index by the table's own key",
      "Query",
      {
        TableName: "t",
        IndexName: "byDue",
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": { S: "X" } },
      },
    ],
    ["a key that is no text", "GetItem", { TableName: "t", Key: { pk: { N: "1" } } }],
    ["no object at all", "PutItem", undefined],
  ] as const)("a partition that no role has, for %s", (_what, operation, body) => {
    expect(needed(operation, body).flatMap(({ context }) => context?.["dynamodb:LeadingKeys"])).toEqual([""]);
  });
});
