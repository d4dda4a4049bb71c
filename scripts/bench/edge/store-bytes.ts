// Bytes of store for every fleet of the table, published through the real publisher.

import type { PublicationRegistry } from "#core/publication/ports.ts";
import { publish } from "#core/publication/publish.ts";
import { pageKey } from "#core/slot-page/slot.ts";
import { count, say, table } from "../report.ts";
import { leastBytes } from "./bounds.ts";
import { countingStore, storeLimits } from "./counting-store.ts";
import { authorityId, fleet, fleetNow, type Pattern, pageCount, patterns, split } from "./fleet.ts";

const fleets = [1_000_000, 10_000_000, 100_000_000] as const;
const shares = [0.001, 0.01, 0.02, 0.05, 0.1] as const;

export type StoreBytes = ReadonlyMap<string, number>;

export function nameOf(issued: number, share: number, pattern: Pattern): string {
  return `${issued} ${share} ${pattern}`;
}

/** Prints the table; `serialBytes`: what one serial takes in the documented layout. */
export async function measureStoreBytes(serialBytes: number): Promise<StoreBytes> {
  const measured = new Map<string, number>();
  const rows: string[][] = [];
  for (const issued of fleets) {
    for (const share of shares) {
      const revoked = issued * share;
      const cells: string[] = [];
      for (const pattern of patterns) {
        if (pattern !== "random" && split(revoked, pattern).lots === 0) {
          cells.push("(no whole lot)");
          continue;
        }
        const bytes = await publishedBytes(fleet(issued, revoked, pattern), pageCount(issued));
        measured.set(nameOf(issued, share, pattern), bytes);
        cells.push(`${fitting(bytes)} (${count(leastBytes(issued, revoked, pattern))})`);
      }
      rows.push([count(issued), `${share * 100} %`, ...cells, fitting(revoked * serialBytes)]);
    }
  }
  say("\nBytes of store, keys and values (in brackets the least that any layout needs for the values alone)");
  table(
    [
      "issued",
      "revoked",
      "random",
      "whole lots",
      "nine tenths in lots, the rest random",
      "one key per serial",
    ],
    rows,
  );
  return measured;
}

/** Throws `edge_store.full` where `capacityBytes` is too small. */
export async function publishedBytes(
  registry: PublicationRegistry,
  pages: number,
  capacityBytes = Number.POSITIVE_INFINITY,
): Promise<number> {
  const store = countingStore(capacityBytes);
  const keys = Array.from({ length: pages }, (_, page) => pageKey(authorityId, page));
  await publish({ registry, store, now: () => fleetNow }, { pages: keys, authorities: [authorityId] });
  return store.bytes();
}

function fitting(bytes: number): string {
  return bytes <= storeLimits.storeBytes ? count(bytes) : `does not fit: ${count(bytes)}`;
}
