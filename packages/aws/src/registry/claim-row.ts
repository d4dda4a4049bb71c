// A claim's rows: the claim itself, and pointers to it by line and by tenant.
import * as z from "zod";
import { type Claim, type ClaimId, claimStates } from "#core/claim/claim.ts";
import type { RegistryTable, TransactItem } from "./client.ts";
import type { Row } from "./rows.ts";
import { type Key, keys } from "./table.ts";

const date = z.iso.datetime().transform(text => new Date(text));
const names = z.union([z.array(z.string()), z.literal("any")]);

const claimRow = z.object({
  // The brand is restored, not invented: only `newClaimId` made one.
  id: z.string().transform(value => value as ClaimId),
  tenant: z.string(),
  profiles: z.array(z.string()),
  lots: names,
  holders: names,
  asker: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("certificate"), line: z.string() }),
    z.object({ kind: z.literal("token"), secretSha256: z.string() }),
  ]),
  state: z.enum(claimStates),
  count: z.number(),
  expiresAt: date,
  shards: z.number(),
  createdAt: date,
  createdBy: z.string(),
  version: z.number(),
});

export function fromClaimRow(row: Row): Claim {
  return claimRow.parse(row);
}

export function toClaimRow(claim: Claim): Row {
  return {
    ...keys.claim(claim.id),
    type: "claim",
    ...claim,
    expiresAt: claim.expiresAt.toISOString(),
    createdAt: claim.createdAt.toISOString(),
  };
}

export function putPointer(table: RegistryTable, key: Key, claim: Pick<Claim, "id">): TransactItem {
  return { Put: { TableName: table.tableName, Item: { ...key, type: "claimPointer", claimId: claim.id } } };
}

/** Where a line's claim stands; it moves when the claim's end does. Undefined for a token's. */
export function placeOnLine({ asker, tenant, expiresAt, id }: Claim): Key | undefined {
  return asker.kind === "certificate" ? keys.claimOfLine(tenant, asker.line, expiresAt, id) : undefined;
}
