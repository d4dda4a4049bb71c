// Slots on disk: the authority's counter, the blocks cut from it, and the lots' cursors. Each hands a number out once.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod";
import type { AuthorityState, ManagedAuthority } from "#core/authority/authority.ts";
import { type LotBlock, lastSlot, type SlotBlock } from "#core/authority/block.ts";
import type { BlockRegistry } from "#core/authority/ports.ts";
import { isAppError } from "#core/error.ts";
import type { RehearsalBlocks } from "#core/roll-over/ports.ts";
import type { Slot } from "#core/slot-page/slot.ts";
import { raiseMark } from "./authority-registry.ts";
import { type RegistryTable, type TransactItem, transact } from "./client.ts";
import { readLot, readLotMark } from "./lot-registry.ts";
import { keys } from "./table.ts";

export function dynamoBlockRegistry(table: RegistryTable): BlockRegistry & RehearsalBlocks {
  return {
    cutBlock: (authority, block) => cut(table, authority, "active", block, []),
    cutRehearsalBlock: (authority, block) => cut(table, authority, "prepared", block, []),
    cutLotBlock: (authority, block) => cut(table, authority, "active", block, lotItems(table, block)),
    wantSlots: (authorityId, slots) => raiseMark(table, authorityId, "wantedSlots", slots),
    readLot: (tenant, lot) => readLot(table, tenant, lot),
    readLotMark: (tenant, lot) => readLotMark(table, tenant, lot),
    takeChunk: (block, atMost) => takeChunk(table, block, atMost),
  };
}

async function cut(
  table: RegistryTable,
  authority: ManagedAuthority,
  state: AuthorityState,
  block: SlotBlock,
  more: readonly TransactItem[],
): Promise<boolean> {
  const { first, size } = block;
  const items: readonly TransactItem[] = [
    {
      Update: {
        TableName: table.tableName,
        Key: keys.authority(authority.id),
        UpdateExpression: "SET nextSlot = :end, version = version + :one",
        // A block is cut only from slots whose pages the edge has: no certificate before its page.
        ConditionExpression: "nextSlot = :next AND provisionedSlots >= :end AND #state = :state",
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: {
          ":next": authority.nextSlot,
          ":end": lastSlot(block) + 1,
          ":one": 1,
          ":state": state,
        },
      },
    },
    {
      Put: {
        TableName: table.tableName,
        Item: { ...keys.block(authority.id, first), type: "block", first, size, ...lifeOf(block) },
        ConditionExpression: "attribute_not_exists(pk)",
      },
    },
    ...more,
  ];
  try {
    return (await transact(table, items)) === undefined;
  } catch (error) {
    // Two transactions on the counter at once: losing such a race is no different from coming second.
    if (isAppError(error, "registry.busy")) return false;
    throw error;
  }
}

/** The lot's own rows change with the counter: a lot that is revoked gets no block, and no block is missed by an order. */
function lotItems(table: RegistryTable, block: LotBlock): readonly TransactItem[] {
  const { tenant, lot } = block.owner;
  const { authorityId, ordinal, first, size, next } = block;
  return [
    {
      Update: {
        TableName: table.tableName,
        Key: keys.lot(tenant, lot),
        UpdateExpression: "SET blocks = :more, #type = :lot",
        ConditionExpression:
          ordinal === 0
            ? "attribute_not_exists(blocks) AND attribute_not_exists(revocation)"
            : "blocks = :known AND attribute_not_exists(revocation)",
        ExpressionAttributeNames: { "#type": "type" },
        ExpressionAttributeValues: {
          ":more": ordinal + 1,
          ":lot": "lot",
          ...(ordinal === 0 ? {} : { ":known": ordinal }),
        },
      },
    },
    {
      Put: {
        TableName: table.tableName,
        Item: {
          ...keys.lotBlock(tenant, lot, ordinal),
          type: "lotBlock",
          authorityId,
          ordinal,
          first,
          size,
          next,
          ...lifeOf(block),
        },
        ConditionExpression: "attribute_not_exists(pk)",
      },
    },
  ];
}

function lifeOf({ owner, usableUntil, expiresBy }: SlotBlock) {
  return { ...owner, usableUntil: usableUntil.toISOString(), expiresBy: expiresBy.toISOString() };
}

const cursor = z.object({ next: z.number() });

async function takeChunk(
  table: RegistryTable,
  block: LotBlock,
  atMost: number,
): Promise<{ readonly first: Slot; readonly size: number } | undefined> {
  const end = block.first + block.size;
  let size = Math.min(atMost, block.size);
  // The cursor may be closer to the end than a chunk: once it is known to be, no more than the rest is asked for.
  while (size > 0) {
    try {
      const next = await moveCursor(table, block, size, end - size);
      // The cursor hands each number out once, which is what a slot is.
      return { first: (next - size) as Slot, size };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException) || error.Item === undefined) throw error;
      size = Math.min(size - 1, end - cursor.parse(unmarshall(error.Item)).next);
    }
  }
  return undefined;
}

/** Added to, not set: workers that come at the same time each get their own. */
async function moveCursor(
  table: RegistryTable,
  { owner, ordinal }: LotBlock,
  size: number,
  limit: number,
): Promise<number> {
  const { Attributes } = await table.documents.send(
    new UpdateCommand({
      TableName: table.tableName,
      Key: keys.lotBlock(owner.tenant, owner.lot, ordinal),
      UpdateExpression: "SET #next = #next + :size",
      ConditionExpression: "#next <= :limit",
      ExpressionAttributeNames: { "#next": "next" },
      ExpressionAttributeValues: { ":size": size, ":limit": limit },
      ReturnValues: "UPDATED_NEW",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    }),
  );
  return cursor.parse(Attributes).next;
}
