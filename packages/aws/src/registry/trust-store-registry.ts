// The row of CloudFront's trust store: the bundle that was written last, and the one in force.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { AuditRecord } from "#core/audit.ts";
import type { TrustStoreRegistry } from "#core/trust-store/ports.ts";
import type { TrustStoreState } from "#core/trust-store/state.ts";
import { sampleCertificates } from "./authority-certificates.ts";
import { listAuthorities } from "./authority-registry.ts";
import type { RegistryTable } from "./client.ts";
import { keys } from "./table.ts";
import { putVersion } from "./versioned-rows.ts";

const time = z.iso.datetime().transform(text => new Date(text));
const bundle = z.object({
  sha256: z.string(),
  certificates: z.number(),
  authorityIds: z.array(z.string()),
  ocsp: z.boolean(),
});

const stateRow = z.object({
  writing: bundle.optional(),
  written: bundle.extend({ etag: z.string(), at: time, isSettled: z.boolean() }).optional(),
  live: bundle.extend({ since: time }).optional(),
  fault: z.object({ reason: z.string(), at: time }).optional(),
  distributions: z.array(z.string()),
  version: z.number(),
});

export function dynamoTrustStoreRegistry(table: RegistryTable): TrustStoreRegistry {
  return {
    read: () => readTrustStore(table),
    listAuthorities: () => listAuthorities(table),
    save: (state, audit) => save(table, state, audit),
    sampleCertificates: (authority, now) => sampleCertificates(table, authority, now),
  };
}

/** Strongly consistent. Undefined before the first bundle. */
export async function readTrustStore(table: RegistryTable): Promise<TrustStoreState | undefined> {
  const { Item } = await table.documents.send(
    new GetCommand({ TableName: table.tableName, Key: keys.trustStore, ConsistentRead: true }),
  );
  return Item === undefined ? undefined : stateRow.parse(Item);
}

async function save(
  table: RegistryTable,
  state: TrustStoreState,
  audit: readonly AuditRecord[],
): Promise<TrustStoreState | undefined> {
  const next = { ...state, version: state.version + 1 };
  const inTheWay = await putVersion(table, toRow(next), ...audit);
  return inTheWay === undefined ? next : undefined;
}

function toRow({ writing, written, live, fault, distributions, version }: TrustStoreState) {
  return {
    ...keys.trustStore,
    type: "trustStore",
    ...(writing === undefined ? {} : { writing }),
    ...(written === undefined ? {} : { written: { ...written, at: written.at.toISOString() } }),
    ...(live === undefined ? {} : { live: { ...live, since: live.since.toISOString() } }),
    ...(fault === undefined ? {} : { fault: { ...fault, at: fault.at.toISOString() } }),
    distributions,
    version,
  };
}
