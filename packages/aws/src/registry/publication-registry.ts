// What the publisher reads: the denied slots of one page, and nothing else of the registry.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { DeniedSlot, PublicationRegistry } from "#core/publication/ports.ts";
import { dynamoAuthorityRegistry } from "./authority-registry.ts";
import type { RegistryTable } from "./client.ts";
import { readOrders, readSlotOrders } from "./order-registry.ts";
import { readRevokedSerials } from "./revoked-serials.ts";
import { keys } from "./table.ts";

const deniedRow = z.object({
  sk: z.string(),
  state: z.enum(["revoked", "held", "burnt"]),
  notAfter: z.iso.datetime().transform(text => new Date(text)),
});

export function dynamoPublicationRegistry(table: RegistryTable): PublicationRegistry {
  const { listAuthorities, recordProvisioned } = dynamoAuthorityRegistry(table);
  return {
    listAuthorities,
    recordProvisioned,
    readDeniedSlots: page => readDeniedSlots(table, page),
    readRevokedSerials: (authorityId, serials) => readRevokedSerials(table, authorityId, serials),
    readOrders: (authorityId, fromSlot) => readOrders(table, authorityId, fromSlot),
    readSlotOrders: (authorityId, fromPage, toPage) => readSlotOrders(table, authorityId, fromPage, toPage),
  };
}

/** Strongly consistent. At most 4,096 rows of about 120 bytes: one request, unless the page is nearly all denied. */
async function readDeniedSlots(table: RegistryTable, page: string): Promise<readonly DeniedSlot[]> {
  const denied: DeniedSlot[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const { Items, LastEvaluatedKey } = await table.documents.send(
      new QueryCommand({
        TableName: table.tableName,
        KeyConditionExpression: "pk = :pk AND begins_with(sk, :denied)",
        ExpressionAttributeValues: { ":pk": keys.deniedSlot(page, 0).pk, ":denied": "DENIED#" },
        ConsistentRead: true,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    for (const item of Items ?? []) {
      const { sk, state, notAfter } = deniedRow.parse(item);
      denied.push({ offset: Number.parseInt(sk.slice("DENIED#".length), 16), state, notAfter });
    }
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return denied;
}
