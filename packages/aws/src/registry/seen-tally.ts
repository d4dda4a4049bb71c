// How many certificates of each authority the connection log shows in a day: how far a roll-over has come. Part of a log
// that is delivered twice may count twice, so nothing but a share is ever told from it.
import { BatchGetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { listAuthorities } from "./authority-registry.ts";
import type { RegistryTable } from "./client.ts";
import { keys } from "./table.ts";

const keptForSeconds = 30 * 86_400;
const tallyRow = z.object({ sk: z.string(), certificates: z.number() });

/** One write for each authority in a part of the log. `day` as `2026-03-01`, UTC. */
export async function addSeen(
  table: RegistryTable,
  at: Date,
  counts: ReadonlyMap<string, number>,
): Promise<void> {
  for (const [authorityId, count] of counts) {
    await table.documents.send(
      new UpdateCommand({
        TableName: table.tableName,
        Key: keys.seenOfDay(at.toISOString().slice(0, 10), authorityId),
        UpdateExpression: "ADD certificates :count SET expiresAtSeconds = :end, #type = :type",
        ExpressionAttributeNames: { "#type": "type" },
        ExpressionAttributeValues: {
          ":count": count,
          ":end": Math.floor(at.getTime() / 1_000) + keptForSeconds,
          ":type": "seenOfDay",
        },
      }),
    );
  }
}

/** By authority, over all of `days`. */
export async function readSeen(
  table: RegistryTable,
  days: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const authorities = await listAuthorities(table);
  const wanted = authorities.flatMap(({ id }) => days.map(day => keys.seenOfDay(day, id)));
  // A trust store takes 25 authorities, and BatchGetItem 100 keys.
  const seen = new Map<string, number>();
  if (wanted.length === 0) return seen;
  const { Responses } = await table.documents.send(
    new BatchGetCommand({ RequestItems: { [table.tableName]: { Keys: wanted } } }),
  );
  for (const row of Responses?.[table.tableName] ?? []) {
    const { sk, certificates } = tallyRow.parse(row);
    const id = sk.slice("AUTHORITY#".length);
    seen.set(id, (seen.get(id) ?? 0) + certificates);
  }
  return seen;
}
