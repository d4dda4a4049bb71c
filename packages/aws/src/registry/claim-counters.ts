// What is left of a claim: a number split over counters, so that intents at the same time seldom meet on one row. Each
// counter knows the claim's state and end as well, because only what the transaction itself checks is true by then.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { type ClaimRefusal, type ClaimUse, claimStates } from "#core/claim/claim.ts";
import { isAppError } from "#core/error.ts";
import type { RegistryTable, TransactItem } from "./client.ts";
import { keys, shardOf } from "./table.ts";

const counterRow = z.object({
  shard: z.number(),
  left: z.number(),
  state: z.enum(claimStates),
  expiresAt: z.iso.datetime().transform(text => new Date(text)),
});

export type ClaimCounter = z.infer<typeof counterRow>;

/** Strongly consistent. 16 small rows at most. */
export async function readCounters(table: RegistryTable, claimId: string): Promise<readonly ClaimCounter[]> {
  const { pk, sk } = keys.claimCounter(claimId, 0);
  const { Items = [] } = await table.documents.send(
    new QueryCommand({
      TableName: table.tableName,
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
      ExpressionAttributeValues: { ":pk": pk, ":prefix": sk.slice(0, -1) },
      ConsistentRead: true,
    }),
  );
  return Items.map(row => counterRow.parse(row));
}

/** One less, if the claim is in force and this counter has one. */
export function drawOne(table: RegistryTable, claimId: string, shard: number, now: Date): TransactItem {
  return {
    Update: {
      TableName: table.tableName,
      Key: keys.claimCounter(claimId, shard),
      UpdateExpression: "SET #left = #left - :one",
      ConditionExpression: "#left > :none AND #state = :enabled AND expiresAt > :now",
      ExpressionAttributeNames: { "#left": "left", "#state": "state" },
      ExpressionAttributeValues: {
        ":one": 1,
        ":none": 0,
        ":enabled": "enabled",
        ":now": now.toISOString(),
      },
    },
  };
}

/** More tries than counters: in a race for the last ones each try finds one counter fewer. */
const mostTries = 24;

/**
 * Offers `attempt` one counter after the other until it takes one. `attempt` answers `empty` when the counter refused;
 * it throws `registry.busy` when another transaction was on the same row, which is no refusal.
 */
export async function drawOnClaim<T>(
  table: RegistryTable,
  claim: ClaimUse,
  enrolmentId: string,
  now: Date,
  attempt: (shard: number) => Promise<T | "empty">,
): Promise<T | ClaimRefusal> {
  // Where an enrolment begins is its own: callers at the same time begin at different counters.
  const begin = shardOf(enrolmentId, 65_536);
  let shard = begin % claim.shards;
  for (let tried = 1; ; tried += 1) {
    const taken = await attempt(shard).catch((error: unknown) => {
      if (isAppError(error, "registry.busy") && tried < mostTries) return "met" as const;
      throw error;
    });
    if (taken !== "empty" && taken !== "met") return taken;
    if (taken === "met") {
      await new Promise(resolve => setTimeout(resolve, Math.random() * 10 * tried));
      shard = (shard + 1) % claim.shards;
      continue;
    }
    const counters = await readCounters(table, claim.id);
    const open = counters.filter(({ left }) => left > 0);
    const [first] = counters;
    if (first === undefined || first.state === "disabled") return { claimId: claim.id, reason: "disabled" };
    if (first.expiresAt <= now) return { claimId: claim.id, reason: "expired" };
    const next = open[(begin + tried) % Math.max(open.length, 1)];
    if (next === undefined || tried >= mostTries) return { claimId: claim.id, reason: "exhausted" };
    shard = next.shard;
  }
}
