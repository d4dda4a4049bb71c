// Makes the edge store say what the registry says. It keeps no state of its own: run it twice, kill it anywhere,
// run two of them, and the store still ends at the registry's content (invariants I5, I6).
import { assert } from "#core/error.ts";
import type { Order } from "#core/order/order.ts";
import { generationKey } from "#core/slot-page/generation.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { parsePageKey } from "#core/slot-page/parse-page-key.ts";
import { desiredAuthorityRecord, desiredBits, pageChange } from "./desired.ts";
import type { EdgeStore, PublicationRegistry, StoreChange, StoreChanges } from "./ports.ts";
import { nothingWritten, type PublishResult, writeChanges } from "./write-changes.ts";

export type PublishDeps = {
  readonly registry: PublicationRegistry;
  readonly store: EdgeStore;
  readonly now: () => Date;
};

export type PublishTargets = {
  /** Page keys, such as `m1.1a`. */
  readonly pages: readonly string[];
  /** Authority ids whose record must be written. */
  readonly authorities: readonly string[];
};

/** Refuses as `writeChanges` does. */
export async function publish(deps: PublishDeps, targets: PublishTargets): Promise<PublishResult> {
  if (targets.pages.length === 0 && targets.authorities.length === 0) return nothingWritten;
  return writeChanges(deps.store, () => desiredChanges(deps, targets));
}

async function desiredChanges(deps: PublishDeps, targets: PublishTargets): Promise<StoreChanges> {
  const now = deps.now();
  const records = await desiredRecords(deps.registry, targets.authorities);
  const pages = await desiredPages(deps.registry, targets.pages, now);
  // Last, so that an edge that has the generation has the rest of its batch.
  const generation = { key: generationKey, value: String(now.getTime()) };
  return { puts: [...records, ...pages, generation], deletes: [] };
}

async function desiredRecords(
  registry: PublicationRegistry,
  ids: readonly string[],
): Promise<readonly StoreChange[]> {
  if (ids.length === 0) return [];
  const authorities = await registry.listAuthorities();
  return Promise.all(
    ids.map(id => {
      const authority = authorities.find(candidate => candidate.id === id);
      assert(authority !== undefined, `authority ${id} of a change exists`);
      return desiredAuthorityRecord(authority);
    }),
  );
}

/** Pages at once read from the registry: enough to hide its latency, few enough not to be throttled. */
const readsAtOnce = 16;

export async function desiredPages(
  registry: PublicationRegistry,
  pages: readonly string[],
  now: Date,
): Promise<readonly StoreChange[]> {
  const orders = await ordersOf(registry, pages);
  const changes: StoreChange[] = [];
  for (let from = 0; from < pages.length; from += readsAtOnce) {
    const read = pages.slice(from, from + readsAtOnce).map(async key => {
      const { authorityId, page } = parsePageKey(key);
      const rows = {
        firstSlot: page * pageSize,
        denied: await registry.readDeniedSlots(key),
        orders: orders.get(authorityId) ?? [],
      };
      return pageChange(key, desiredBits(rows, now));
    });
    changes.push(...(await Promise.all(read)));
  }
  return changes;
}

/** One read per authority: orders are few, and those that end before the first page are not read. */
async function ordersOf(
  registry: PublicationRegistry,
  pages: readonly string[],
): Promise<ReadonlyMap<string, readonly Order[]>> {
  const lowest = new Map<string, number>();
  for (const key of pages) {
    const { authorityId, page } = parsePageKey(key);
    lowest.set(authorityId, Math.min(page, lowest.get(authorityId) ?? page));
  }
  const reads = [...lowest].map(
    async ([id, page]) => [id, await registry.readOrders(id, page * pageSize)] as const,
  );
  return new Map(await Promise.all(reads));
}
