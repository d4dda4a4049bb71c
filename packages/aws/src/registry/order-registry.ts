// Orders. Those over ranges sort by where they end, so that a page's reader skips all that end before it; those over
// single slots sort by their page, so that it reads no other page's.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { AuditRecord } from "#core/audit.ts";
import {
  isSlotOrder,
  type Order,
  type OrderCause,
  orderStatesBefore,
  type SlotOrder,
} from "#core/order/order.ts";
import { type RegistryTable, transact } from "./client.ts";
import { putFollowTask } from "./follow-task-row.ts";
import { fromOrderRow, toOrderRow } from "./order-row.ts";
import { putAudit } from "./side-rows.ts";
import { keys } from "./table.ts";

/**
 * Records a new order, or the new state of one. `already` when it is in this state, or in one that does not lead there.
 * A revoking order comes with the task of bringing its certificates after it; the stream tells the publisher.
 */
export async function recordOrder(
  table: RegistryTable,
  order: Order,
  cause: OrderCause,
  audit: AuditRecord,
): Promise<"recorded" | "already"> {
  const from = orderStatesBefore(order.state);
  const change = from.map((_, index) => `#state = :from${index}`);
  const refusal = await transact(table, [
    {
      Put: {
        TableName: table.tableName,
        Item: toOrderRow(order),
        ConditionExpression: ["attribute_not_exists(pk)", ...change].join(" OR "),
        ...(from.length === 0
          ? {}
          : {
              ExpressionAttributeNames: { "#state": "state" },
              ExpressionAttributeValues: Object.fromEntries(
                from.map((state, index) => [`:from${index}`, state]),
              ),
            }),
      },
    },
    ...(order.state === "revoked" ? [putFollowTask(table, order, cause)] : []),
    putAudit(table, audit),
  ]);
  return refusal === undefined ? "recorded" : "already";
}

/** Those over ranges that end at `fromSlot` or later. Strongly consistent. */
export function readOrders(
  table: RegistryTable,
  authorityId: string,
  fromSlot: number,
): Promise<readonly Order[]> {
  const { pk, sk } = keys.order(authorityId, fromSlot, "");
  // `~` sorts after every key of the kind.
  return queryOrders(table, pk, sk, "ORDER#~");
}

/** Those over single slots of these pages, both included. Strongly consistent. */
export async function readSlotOrders(
  table: RegistryTable,
  authorityId: string,
  fromPage: number,
  toPage: number,
): Promise<readonly SlotOrder[]> {
  const { pk, sk } = keys.slotOrder(authorityId, fromPage, "");
  const orders = await queryOrders(table, pk, sk, keys.slotOrder(authorityId, toPage, "~").sk);
  return orders.filter(isSlotOrder);
}

async function queryOrders(
  table: RegistryTable,
  pk: string,
  from: string,
  to: string,
): Promise<readonly Order[]> {
  const orders: Order[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const { Items, LastEvaluatedKey } = await table.documents.send(
      new QueryCommand({
        TableName: table.tableName,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
        ExpressionAttributeValues: { ":pk": pk, ":from": from, ":to": to },
        ConsistentRead: true,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    orders.push(...(Items ?? []).map(row => fromOrderRow(row)));
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return orders;
}
