// What a DynamoDB request needs: IAM's action, the table or index, and the partition keys that it touches.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html: the parts of a
// transaction need the permissions of the single operations, and a condition check has one of its own.
import type { Permission } from "./evaluate.ts";

/** How the table and its indexes are keyed. */
export type KeyLayout = {
  readonly partitionKey: string;
  readonly indexes: Readonly<Record<string, { readonly partitionKey: string }>>;
};

/** `tableArnPrefix` as in `arn:aws:dynamodb:us-east-1:000000000000:table/`. */
export type DynamoDbAccount = { readonly tableArnPrefix: string; readonly layout: KeyLayout };

/** One per action and table. What cannot be read asks for a partition that no role has. */
export function dynamoDbPermissions(
  { tableArnPrefix, layout }: DynamoDbAccount,
  operation: string,
  body: unknown,
): readonly Permission[] {
  const on = (action: string, table: unknown, rows: readonly unknown[]): Permission => ({
    action: `dynamodb:${action}`,
    resource: `${tableArnPrefix}${String(table)}`,
    context: { "dynamodb:LeadingKeys": rows.map(row => textOf(member(row, layout.partitionKey))) },
  });
  const single = (action: string, input: unknown): Permission =>
    on(action, member(input, "TableName"), [member(input, "Key") ?? member(input, "Item")]);
  switch (operation) {
    case "Query":
      return [queryPermission({ tableArnPrefix, layout }, body)];
    case "BatchGetItem":
      return entries(member(body, "RequestItems")).map(([table, request]) =>
        on(operation, table, list(member(request, "Keys"))),
      );
    case "BatchWriteItem":
      return entries(member(body, "RequestItems")).map(([table, requests]) =>
        on(operation, table, list(requests).map(writtenRow)),
      );
    case "TransactWriteItems":
    case "TransactGetItems":
      return list(member(body, "TransactItems"))
        .flatMap(entries)
        .map(([kind, input]) => single(actionOfPart[kind] ?? kind, input));
    default:
      return [single(operation, body)];
  }
}

const actionOfPart: Readonly<Record<string, string>> = {
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  ConditionCheck: "ConditionCheckItem",
  Get: "GetItem",
};

function writtenRow(request: unknown): unknown {
  return member(member(request, "PutRequest"), "Item") ?? member(member(request, "DeleteRequest"), "Key");
}

function queryPermission({ tableArnPrefix, layout }: DynamoDbAccount, body: unknown): Permission {
  const table = `${tableArnPrefix}${String(member(body, "TableName"))}`;
  const index = member(body, "IndexName");
  const { partitionKey } = layout.indexes[String(index)] ?? layout;
  return {
    action: "dynamodb:Query",
    resource: index === undefined ? table : `${table}/index/${String(index)}`,
    context: { "dynamodb:LeadingKeys": [queriedPartition(body, partitionKey)] },
  };
}

/** The value that the expression compares the partition key with. */
function queriedPartition(body: unknown, partitionKey: string): string {
  const expression = String(member(body, "KeyConditionExpression"));
  for (const [, name = "", value = ""] of expression.matchAll(/(#?\w+)\s*=\s*(:\w+)/g)) {
    const attribute = member(member(body, "ExpressionAttributeNames"), name) ?? name;
    if (attribute === partitionKey) return textOf(member(member(body, "ExpressionAttributeValues"), value));
  }
  return unreadable;
}

const unreadable = "";

function textOf(attribute: unknown): string {
  const text = member(attribute, "S");
  return typeof text === "string" ? text : unreadable;
}

function member(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return isRecord(value) ? Object.entries(value) : [];
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
