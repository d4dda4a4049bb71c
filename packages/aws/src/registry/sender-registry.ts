// Who may send signed findings. The rows hold the ids of their secrets, and no secret.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Sender, SenderRegistry } from "#core/automation/sender/sender.ts";
import type { RegistryTable } from "./client.ts";
import { keys } from "./table.ts";
import { deleteVersion, putVersion, queryPartition } from "./versioned-rows.ts";

const date = z.iso.datetime().transform(text => new Date(text));

const senderRow = z
  .object({
    id: z.string(),
    note: z.string().optional(),
    secrets: z.array(
      z
        .object({ id: z.string(), createdAt: date, endsAt: date.optional() })
        .transform(({ endsAt, ...secret }) => ({ ...secret, ...(endsAt === undefined ? {} : { endsAt }) })),
    ),
    version: z.number(),
    changedAt: date,
    changedBy: z.string(),
  })
  .transform(({ note, ...sender }) => ({ ...sender, ...(note === undefined ? {} : { note }) }));

export function dynamoSenderRegistry(table: RegistryTable): SenderRegistry {
  return {
    readSender: id => readSender(table, id),
    listSenders: async () =>
      (await queryPartition(table, keys.sender("").pk)).map(row => senderRow.parse(row)),
    recordSender: (sender, audit) => putVersion(table, toSenderRow(sender), audit),
    deleteSender: (id, version, audit) => deleteVersion(table, keys.sender(id), version, audit),
  };
}

/** Strongly consistent. */
export async function readSender(table: RegistryTable, id: string): Promise<Sender | undefined> {
  const { Item } = await table.documents.send(
    new GetCommand({ TableName: table.tableName, Key: keys.sender(id), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : senderRow.parse(Item);
}

function toSenderRow(sender: Sender) {
  return {
    ...keys.sender(sender.id),
    type: "sender",
    ...sender,
    secrets: sender.secrets.map(({ id, createdAt, endsAt }) => ({
      id,
      createdAt: createdAt.toISOString(),
      ...(endsAt === undefined ? {} : { endsAt: endsAt.toISOString() }),
    })),
    changedAt: sender.changedAt.toISOString(),
  };
}
