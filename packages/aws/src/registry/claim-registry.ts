// Claims on disk: made, read, changed and listed. Drawing on one belongs to the intent (`record-intent.ts`).
import type { AuditRecord } from "#core/audit.ts";
import { type Claim, spread } from "#core/claim/claim.ts";
import type { ClaimReader, ClaimRegistry } from "#core/claim/ports.ts";
import { assert } from "#core/error.ts";
import { changeClaim, putCounter } from "./change-claim.ts";
import { readCounters } from "./claim-counters.ts";
import { placeOnLine, putPointer, toClaimRow } from "./claim-row.ts";
import { type RegistryTable, transact } from "./client.ts";
import { claimsOfLine, listClaims, readClaim } from "./read-claim.ts";
import { putAudit } from "./side-rows.ts";
import { keys } from "./table.ts";

export function dynamoClaimReader(table: RegistryTable): ClaimReader {
  return {
    readClaim: id => readClaim(table, id),
    claimsOfLine: (tenant, line) => claimsOfLine(table, tenant, line),
  };
}

export function dynamoClaimRegistry(table: RegistryTable): ClaimRegistry {
  return {
    ...dynamoClaimReader(table),
    insertClaim: (claim, audit) => insertClaim(table, claim, audit),
    changeClaim: (claim, change, audit) => changeClaim(table, claim, change, audit),
    leftOf: async id => (await readCounters(table, id)).reduce((sum, { left }) => sum + left, 0),
    listClaims: (tenant, limit, after) => listClaims(table, tenant, limit, after),
  };
}

async function insertClaim(table: RegistryTable, claim: Claim, audit: AuditRecord): Promise<void> {
  const onLine = placeOnLine(claim);
  const refusal = await transact(table, [
    {
      Put: {
        TableName: table.tableName,
        Item: toClaimRow(claim),
        ConditionExpression: "attribute_not_exists(pk)",
      },
    },
    ...spread(claim.count, claim.shards).map((left, shard) => putCounter(table, claim, shard, left)),
    putPointer(table, keys.claimOfTenant(claim.tenant, claim.createdAt, claim.id), claim),
    ...(onLine === undefined ? [] : [putPointer(table, onLine, claim)]),
    putAudit(table, { ...audit, tenant: claim.tenant }),
  ]);
  assert(refusal === undefined, "a claim's random id is new");
}
