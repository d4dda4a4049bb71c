// Authorities and their slot counters. One partition holds them all: a handful of rows, one write per block of slots.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { AuditRecord } from "#core/audit.ts";
import {
  type Authority,
  authorityStates,
  caKeyAlgorithms,
  type SlotBlock,
} from "#core/authority/authority.ts";
import type { AuthorityRegistry } from "#core/authority/ports.ts";
import type { Slot } from "#core/slot-page/slot.ts";
import { type RegistryTable, transact } from "./client.ts";
import { putAudit } from "./side-rows.ts";
import { keys } from "./table.ts";

const authorityRow = z.object({
  id: z.string(),
  state: z.enum(authorityStates),
  layout: z.enum(["slots", "serials"]),
  caArn: z.string(),
  keyAlgorithm: z.enum(caKeyAlgorithms),
  issuerDn: z.string(),
  certificatePem: z.string(),
  chainPem: z.string(),
  notAfter: z.iso.datetime().transform(text => new Date(text)),
  notBeforeFloor: z.number(),
  firstLiveSlot: z.number(),
  nextSlot: z.number(),
  provisionedSlots: z.number(),
  version: z.number(),
});

export function dynamoAuthorityRegistry(table: RegistryTable): AuthorityRegistry {
  return {
    listAuthorities: () => listAuthorities(table),
    insertAuthority: (authority, audit) => insertAuthority(table, authority, audit),
    cutBlock: (authority, size) => cutBlock(table, authority, size),
    recordProvisioned: (authorityId, provisionedSlots) =>
      recordProvisioned(table, authorityId, provisionedSlots),
  };
}

/** Strongly consistent; the trust store's own limit (25 CAs) keeps it to one page. */
export async function listAuthorities(table: RegistryTable): Promise<readonly Authority[]> {
  const { Items } = await table.documents.send(
    new QueryCommand({
      TableName: table.tableName,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": keys.authority("").pk },
      ConsistentRead: true,
    }),
  );
  return (Items ?? []).map(row => authorityRow.parse(row));
}

async function insertAuthority(
  table: RegistryTable,
  authority: Authority,
  audit: AuditRecord,
): Promise<boolean> {
  const refusal = await transact(table, [
    {
      Put: {
        TableName: table.tableName,
        Item: {
          ...keys.authority(authority.id),
          type: "authority",
          ...authority,
          notAfter: authority.notAfter.toISOString(),
        },
        ConditionExpression: "attribute_not_exists(pk)",
      },
    },
    putAudit(table, audit),
  ]);
  return refusal === undefined;
}

async function cutBlock(
  table: RegistryTable,
  authority: Authority,
  size: number,
): Promise<SlotBlock | undefined> {
  const first = authority.nextSlot;
  const refusal = await transact(table, [
    {
      Update: {
        TableName: table.tableName,
        Key: keys.authority(authority.id),
        UpdateExpression: "SET nextSlot = :end, version = version + :one",
        // A block is cut only from slots whose pages the edge has: no certificate before its page.
        ConditionExpression: "nextSlot = :first AND provisionedSlots >= :end AND #state = :active",
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: { ":first": first, ":end": first + size, ":one": 1, ":active": "active" },
      },
    },
    {
      Put: {
        TableName: table.tableName,
        Item: { ...keys.block(authority.id, first), type: "block", first, size },
        ConditionExpression: "attribute_not_exists(pk)",
      },
    },
  ]);
  if (refusal !== undefined) return undefined;
  // The counter hands each number out once, which is what a slot is.
  return { authorityId: authority.id, first: first as Slot, size };
}

async function recordProvisioned(
  table: RegistryTable,
  authorityId: string,
  provisionedSlots: number,
): Promise<void> {
  try {
    await table.documents.send(
      new UpdateCommand({
        TableName: table.tableName,
        Key: keys.authority(authorityId),
        UpdateExpression: "SET provisionedSlots = :slots, version = version + :one",
        ConditionExpression: "provisionedSlots < :slots",
        ExpressionAttributeValues: { ":slots": provisionedSlots, ":one": 1 },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
