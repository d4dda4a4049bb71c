// Changes a claim with all its counters in one transaction: whoever draws on it meets the old claim or the new one, and
// from the moment that a switch-off is answered nobody draws any more.
import type { AuditRecord } from "#core/audit.ts";
import { type Claim, shardsFor, spread } from "#core/claim/claim.ts";
import type { ClaimChange, ClaimChangeResult } from "#core/claim/ports.ts";
import { fail, isAppError } from "#core/error.ts";
import { type ClaimCounter, readCounters } from "./claim-counters.ts";
import { placeOnLine, putPointer, toClaimRow } from "./claim-row.ts";
import { type RegistryTable, type TransactItem, transact } from "./client.ts";
import { readClaim } from "./read-claim.ts";
import { putAudit } from "./side-rows.ts";
import { keys } from "./table.ts";

/** Under load somebody is on some counter most of the time; a gap of a few milliseconds is enough. */
const mostTries = 20;

export async function changeClaim(
  table: RegistryTable,
  claim: Claim,
  change: ClaimChange,
  audit: AuditRecord,
): Promise<ClaimChangeResult> {
  const shards = Math.max(claim.shards, shardsFor(change.count));
  const changed: Claim = { ...claim, ...change, shards, version: claim.version + 1 };
  for (let tried = 0; tried < mostTries; tried += 1) {
    if (tried > 0) await new Promise(resolve => setTimeout(resolve, Math.random() * 10 * tried));
    const counters = await readCounters(table, claim.id);
    const left = counters.reduce((sum, counter) => sum + counter.left, 0);
    const delta = change.count - claim.count;
    if (left + delta < 0) return { kind: "used", used: claim.count - left };
    const deltas = deltasOf(counters, shards, delta);
    const items = [
      replaceHead(table, changed, claim.version),
      ...movePointer(table, claim, changed),
      ...deltas.map((more, shard) =>
        shard < claim.shards
          ? changeCounter(table, changed, shard, more)
          : putCounter(table, changed, shard, more),
      ),
      putAudit(table, { ...audit, tenant: claim.tenant }),
    ];
    try {
      const refusal = await transact(table, items);
      if (refusal === undefined) return { kind: "changed", claim: changed };
      const [head] = refusal;
      if (head !== undefined) {
        const now = await readClaim(table, claim.id);
        return { kind: "changed_meanwhile", version: now?.version ?? 0 };
      }
      // A counter was drawn on since it was read, and has less than is to be taken from it: counted again.
    } catch (error) {
      if (!isAppError(error, "registry.busy")) throw error;
    }
  }
  return fail("registry.busy", { retryAfterSeconds: 1 });
}

/** What each counter gains or loses. Nothing falls below zero: what is taken comes from where there is something. */
function deltasOf(counters: readonly ClaimCounter[], shards: number, delta: number): readonly number[] {
  if (delta >= 0) return spread(delta, shards);
  let owed = -delta;
  return Array.from({ length: shards }, (_, shard) => {
    const left = counters.find(counter => counter.shard === shard)?.left ?? 0;
    const taken = Math.min(left, owed);
    owed -= taken;
    return taken === 0 ? 0 : -taken;
  });
}

function replaceHead(table: RegistryTable, claim: Claim, expected: number): TransactItem {
  return {
    Put: {
      TableName: table.tableName,
      Item: toClaimRow(claim),
      ConditionExpression: "version = :expected",
      ExpressionAttributeValues: { ":expected": expected },
    },
  };
}

function movePointer(table: RegistryTable, from: Claim, to: Claim): readonly TransactItem[] {
  const [before, after] = [placeOnLine(from), placeOnLine(to)];
  if (before === undefined || after === undefined || before.sk === after.sk) return [];
  return [{ Delete: { TableName: table.tableName, Key: before } }, putPointer(table, after, to)];
}

function changeCounter(table: RegistryTable, claim: Claim, shard: number, more: number): TransactItem {
  return {
    Update: {
      TableName: table.tableName,
      Key: keys.claimCounter(claim.id, shard),
      UpdateExpression: "SET #left = #left + :more, #state = :state, expiresAt = :expiresAt",
      ConditionExpression: "#left >= :taken",
      ExpressionAttributeNames: { "#left": "left", "#state": "state" },
      ExpressionAttributeValues: {
        ":more": more,
        ":taken": Math.max(0, -more),
        ":state": claim.state,
        ":expiresAt": claim.expiresAt.toISOString(),
      },
    },
  };
}

export function putCounter(table: RegistryTable, claim: Claim, shard: number, left: number): TransactItem {
  return {
    Put: {
      TableName: table.tableName,
      Item: {
        ...keys.claimCounter(claim.id, shard),
        type: "claimCounter",
        shard,
        left,
        state: claim.state,
        expiresAt: claim.expiresAt.toISOString(),
      },
      ConditionExpression: "attribute_not_exists(pk)",
    },
  };
}
