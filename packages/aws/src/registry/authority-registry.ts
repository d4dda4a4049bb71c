// Authorities and their slot counters. One partition holds them all: a handful of rows, one write per block of slots.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { AuditRecord } from "#core/audit.ts";
import { type Authority, authorityStates, caKeyAlgorithms } from "#core/authority/authority.ts";
import type { AuthorityRegistry } from "#core/authority/ports.ts";
import type { OutgoingEvent } from "#core/event/outgoing.ts";
import { sha256Fields } from "#core/sha256.ts";
import { type RegistryTable, transact } from "./client.ts";
import { clearExhausted, recordExhausted } from "./exhausted-authority.ts";
import type { Row } from "./rows.ts";
import { putAudit, putOutbox } from "./side-rows.ts";
import { keys } from "./table.ts";

const time = z.iso.datetime().transform(text => new Date(text));

const authorityParts = z.object({
  id: z.string(),
  state: z.enum(authorityStates),
  keyAlgorithm: z.enum(caKeyAlgorithms),
  issuerDn: z.string(),
  certificatePem: z.string(),
  chainPem: z.string(),
  notAfter: time,
  pins: z.array(z.string()),
  notBeforeFloor: z.number(),
  stateChangedAt: time.optional(),
  activatedAt: time.optional(),
  rehearsal: z.object({ certificateId: z.string(), at: time }).optional(),
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
    exhaustedAt: time.optional(),
  }),
  authorityParts.extend({ kind: z.literal("adopted"), layout: z.literal("serials"), caArn: z.string() }),
  authorityParts.extend({ kind: z.literal("foreign"), layout: z.literal("serials") }),
]);

export function dynamoAuthorityRegistry(table: RegistryTable): AuthorityRegistry {
  return {
    listAuthorities: () => listAuthorities(table),
    insertAuthority: (authority, audit, event) => insertAuthority(table, authority, audit, event),
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
  event: OutgoingEvent | undefined,
): Promise<boolean> {
  const { stateChangedAt, activatedAt, rehearsal, ...parts } = authority;
  const outboxId = await sha256Fields(authority.id, audit.requestId);
  const refusal = await transact(table, [
    {
      Put: {
        TableName: table.tableName,
        Item: {
          ...keys.authority(authority.id),
          type: "authority",
          ...parts,
          notAfter: authority.notAfter.toISOString(),
          ...(stateChangedAt === undefined ? {} : { stateChangedAt: stateChangedAt.toISOString() }),
          ...(activatedAt === undefined ? {} : { activatedAt: activatedAt.toISOString() }),
          ...(rehearsal === undefined ? {} : { rehearsal: { ...rehearsal, at: rehearsal.at.toISOString() } }),
        },
        ConditionExpression: "attribute_not_exists(pk)",
      },
    },
    putAudit(table, audit),
    ...(event === undefined ? [] : [putOutbox(table, outboxId, audit.at, event)]),
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
