// An authority's certificates through the index by slot, page by page: is any in force, and what do they look like.
// An index is behind by seconds: who decides by this waits for writes to have come to rest.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { type Authority, isManaged, type ManagedAuthority } from "#core/authority/authority.ts";
import { severalAtOnce } from "#core/several-at-once.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { pageKey } from "#core/slot-page/slot.ts";
import type { RegistryTable } from "./client.ts";
import { readCertificates } from "./read-certificate.ts";
import { tableLayout } from "./table.ts";

const idRow = z.object({ id: z.string() });

/** Enough to hide the table's latency while a million certificates are looked through. */
const pagesAtOnce = 8;

/**
 * Newest slots first, since they are valid longest: an authority in use is found out with one round of queries. Where
 * none is in force all pages are read that age-out has not given up yet, about 220 read units for a full one.
 */
export async function findLiveCertificate(
  table: RegistryTable,
  { id, firstLiveSlot, nextSlot }: ManagedAuthority,
  now: Date,
): Promise<string | undefined> {
  const first = Math.floor(firstLiveSlot / pageSize);
  for (let page = Math.floor((nextSlot - 1) / pageSize); page >= first; page -= pagesAtOnce) {
    const round = Array.from({ length: Math.min(pagesAtOnce, page - first + 1) }, (_, back) => page - back);
    const found = await severalAtOnce(round, pagesAtOnce, number =>
      findInPage(table, pageKey(id, number), now, "newest"),
    );
    const live = found.find(one => one !== undefined);
    if (live !== undefined) return live;
  }
  return undefined;
}

/** PEM of the oldest and the newest in force; none of an authority that has no slots. */
export async function sampleCertificates(
  table: RegistryTable,
  authority: Authority,
  now: Date,
): Promise<readonly string[]> {
  if (!isManaged(authority)) return [];
  const newest = await findLiveCertificate(table, authority, now);
  if (newest === undefined) return [];
  const oldest = await findOldest(table, authority, now);
  const ids = oldest === undefined || oldest === newest ? [newest] : [oldest, newest];
  return (await readCertificates(table, ids)).map(({ certificatePem }) => certificatePem);
}

async function findOldest(
  table: RegistryTable,
  { id, firstLiveSlot, nextSlot }: ManagedAuthority,
  now: Date,
): Promise<string | undefined> {
  for (let page = Math.floor(firstLiveSlot / pageSize); page * pageSize < nextSlot; page += 1) {
    const found = await findInPage(table, pageKey(id, page), now, "oldest");
    if (found !== undefined) return found;
  }
  return undefined;
}

async function findInPage(
  table: RegistryTable,
  page: string,
  now: Date,
  which: "newest" | "oldest",
): Promise<string | undefined> {
  let start: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await table.documents.send(
      new QueryCommand({
        TableName: table.tableName,
        IndexName: "bySlot",
        KeyConditionExpression: "#page = :page",
        // Held ones may be resumed, and superseded ones are good until their overlap ends.
        FilterExpression: "#state IN (:active, :held, :superseded) AND notAfter > :now",
        ExpressionAttributeNames: { "#page": tableLayout.indexes.bySlot.partitionKey, "#state": "state" },
        ExpressionAttributeValues: {
          ":page": page,
          ":active": "active",
          ":held": "held",
          ":superseded": "superseded",
          ":now": now.toISOString(),
        },
        ScanIndexForward: which === "oldest",
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    if (Items[0] !== undefined) return idRow.parse(Items[0]).id;
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return undefined;
}
