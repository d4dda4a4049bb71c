// Outgoing webhooks: what operators recorded, how each fares, and the deliveries that were given up.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { AuditRecord } from "#core/audit.ts";
import type { DeadLetter, DeliveryRegistry, WebhookRegistry } from "#core/webhook/ports.ts";
import type { Webhook } from "#core/webhook/webhook.ts";
import { type RegistryTable, type TransactItem, transact } from "./client.ts";
import { putAudit } from "./side-rows.ts";
import { keys } from "./table.ts";
import { fromDeadLetterRow, fromWebhookRow, toDeadLetterRow, toWebhookRow } from "./webhook-row.ts";

export function dynamoWebhookRegistry(table: RegistryTable): WebhookRegistry {
  return {
    readWebhook: id => readWebhook(table, id),
    listWebhooks: () => listWebhooks(table),
    recordWebhook: (webhook, audit) => {
      const Item = toWebhookRow(webhook);
      const condition = expected(webhook.version - 1);
      return change(table, { Put: { TableName: table.tableName, Item, ...condition } }, audit);
    },
    removeWebhook: ({ id, version }, audit) => {
      const removal = { TableName: table.tableName, Key: keys.webhook(id), ...expected(version) };
      return change(table, { Delete: removal }, audit);
    },
    listDeadLetters: (id, limit) => listDeadLetters(table, id, limit),
  };
}

export function dynamoDeliveryRegistry(table: RegistryTable): DeliveryRegistry {
  return {
    readWebhook: id => readWebhook(table, id),
    recordSuccess: (webhook, at) =>
      recordHealth(table, webhook, "SET lastSuccessAt = :at, failuresInARow = :zero REMOVE pausedUntil", {
        ":at": at.toISOString(),
        ":zero": 0,
      }),
    recordFailure: (webhook, { at, reason, pausedUntil }) =>
      recordHealth(
        table,
        webhook,
        `SET lastFailureAt = :at, lastFailure = :reason, failuresInARow = :next${
          pausedUntil === undefined ? " REMOVE pausedUntil" : ", pausedUntil = :until"
        }`,
        {
          ":at": at.toISOString(),
          ":reason": reason,
          ":next": webhook.health.failuresInARow + 1,
          ...(pausedUntil === undefined ? {} : { ":until": pausedUntil.toISOString() }),
        },
      ),
    recordDeadLetter: letter => recordDeadLetter(table, letter),
  };
}

async function readWebhook(table: RegistryTable, id: string): Promise<Webhook | undefined> {
  const { Item } = await table.documents.send(
    new GetCommand({ TableName: table.tableName, Key: keys.webhook(id), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : fromWebhookRow(Item);
}

/** One page: `mostWebhooks` rows are far from the megabyte that a query answers at once. */
export async function listWebhooks(table: RegistryTable): Promise<readonly Webhook[]> {
  const { Items = [] } = await table.documents.send(
    new QueryCommand({
      TableName: table.tableName,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": keys.webhook("").pk },
      ConsistentRead: true,
    }),
  );
  return Items.map(fromWebhookRow);
}

function expected(version: number) {
  return version === 0
    ? {
        ConditionExpression: "attribute_not_exists(pk)",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
      }
    : {
        ConditionExpression: "version = :expected",
        ExpressionAttributeValues: { ":expected": version },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
      };
}

async function change(
  table: RegistryTable,
  item: TransactItem,
  audit: AuditRecord,
): Promise<number | undefined> {
  const refusal = await transact(table, [item, putAudit(table, audit)]);
  if (refusal === undefined) return undefined;
  const [row] = refusal;
  return row === undefined || row === "absent" ? 0 : fromWebhookRow(row).version;
}

/** Of tries that end at once, the first is counted: ten messages that met the same outage are one failure. */
async function recordHealth(
  table: RegistryTable,
  { id, version, health }: Webhook,
  UpdateExpression: string,
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  try {
    await table.documents.send(
      new UpdateCommand({
        TableName: table.tableName,
        Key: keys.webhook(id),
        UpdateExpression,
        ConditionExpression: "version = :version AND failuresInARow = :known",
        ExpressionAttributeValues: { ...values, ":version": version, ":known": health.failuresInARow },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

async function recordDeadLetter(table: RegistryTable, letter: DeadLetter): Promise<void> {
  try {
    await table.documents.send(
      new PutCommand({
        TableName: table.tableName,
        Item: toDeadLetterRow(letter),
        ConditionExpression: "attribute_not_exists(pk)",
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

async function listDeadLetters(
  table: RegistryTable,
  id: string,
  limit: number,
): Promise<readonly DeadLetter[]> {
  const { Items = [] } = await table.documents.send(
    new QueryCommand({
      TableName: table.tableName,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": keys.webhookDeadLetter(id, "", "").pk },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: limit,
    }),
  );
  return Items.map(fromDeadLetterRow);
}
