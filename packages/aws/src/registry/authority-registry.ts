// Authorities and their slot counters. One partition holds them all: a handful of rows, one write per block of slots.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { AuditRecord } from "#core/audit.ts";
import { type Authority, authorityStates, caKeyAlgorithms } from "#core/authority/authority.ts";
import type { AuthorityRegistry } from "#core/authority/ports.ts";
import { type RegistryTable, transact } from "./client.ts";
import { clearExhausted, recordExhausted } from "./exhausted-authority.ts";
import type { Row } from "./rows.ts";
import { putAudit } from "./side-rows.ts";
import { keys } from "./table.ts";

const authorityParts = z.object({
  id: z.string(),
  state: z.enum(authorityStates),
  keyAlgorithm: z.enum(caKeyAlgorithms),
  issuerDn: z.string(),
  certificatePem: z.string(),
  chainPem: z.string(),
  notAfter: z.iso.datetime().transform(text => new Date(text)),
  pins: z.array(z.string()),
  notBeforeFloor: z.number(),
  version: z.number(),
});

const authorityRow = z.discriminatedUnion("kind", [
  authorityParts.extend({
    kind: z.literal("managed"),
    layout: z.literal("slots"),
    caArn: z.string(),
    firstLiveSlot: z.number(),
    clearedSlots: z.number(),
    nextSlot: z.number(),
    provisionedSlots: z.number(),
    wantedSlots: z.number(),
    exhaustedAt: z.iso
      .datetime()
      .transform(text => new Date(text))
      .optional(),
  }),
  authorityParts.extend({ kind: z.literal("adopted"), layout: z.literal("serials"), caArn: z.string() }),
  authorityParts.extend({ kind: z.literal("foreign"), layout: z.literal("serials") }),
]);

export function dynamoAuthorityRegistry(table: RegistryTable): AuthorityRegistry {
  return {
    listAuthorities: () => listAuthorities(table),
    insertAuthority: (authority, audit) => insertAuthority(table, authority, audit),
    recordProvisioned: (authorityId, slots) => raiseMark(table, authorityId, "provisionedSlots", slots),
    recordExhausted: (authorityId, at, audit) => recordExhausted(table, authorityId, at, audit),
    clearExhausted: (authorityId, exhaustedAt, audit) =>
      clearExhausted(table, authorityId, exhaustedAt, audit),
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
  return (Items ?? []).map(row => fromAuthorityRow(row));
}

/** Rows written before there were other kinds are managed, and those before lots have no marks for them. */
function fromAuthorityRow(row: Row): Authority {
  return authorityRow.parse({ kind: "managed", clearedSlots: 0, wantedSlots: 0, ...row });
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

type SlotMark = "provisionedSlots" | "wantedSlots" | "clearedSlots";

/** Only ever raises the mark: whoever comes late with less changes nothing. */
export async function raiseMark(
  table: RegistryTable,
  authorityId: string,
  mark: SlotMark,
  slots: number,
): Promise<void> {
  try {
    await table.documents.send(
      new UpdateCommand({
        TableName: table.tableName,
        Key: keys.authority(authorityId),
        UpdateExpression: "SET #mark = :slots, version = version + :one",
        ConditionExpression: "attribute_not_exists(#mark) OR #mark < :slots",
        ExpressionAttributeNames: { "#mark": mark },
        ExpressionAttributeValues: { ":slots": slots, ":one": 1 },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
