// Makes the edge store say what the registry says. It keeps no state of its own: run it twice, kill it anywhere,
// run two of them, and the store still ends at the registry's content (invariants I5, I6).
import { type Authority, isManaged } from "#core/authority/authority.ts";
import { assert } from "#core/error.ts";
import type { Serial } from "#core/serial.ts";
import { generationKey } from "#core/slot-page/generation.ts";
import { type PageBits, pageSize } from "#core/slot-page/page.ts";
import { parsePageKey } from "#core/slot-page/parse-page-key.ts";
import { serialKey } from "#core/slot-page/serial-key.ts";
import { desiredAuthorityRecord, desiredBits, pageChange, serialChange } from "./desired.ts";
import { readOrdersOver } from "./orders-over.ts";
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
  /** Serials whose revocation came or went, by an authority that has one key for each. */
  readonly serials?: readonly { readonly authorityId: string; readonly serial: Serial }[];
  /** Authority ids whose record must be written. */
  readonly authorities: readonly string[];
};

/** Refuses as `writeChanges` does. */
export async function publish(deps: PublishDeps, targets: PublishTargets): Promise<PublishResult> {
  const { pages, serials = [], authorities } = targets;
  if (pages.length + serials.length + authorities.length === 0) return nothingWritten;
  return writeChanges(deps.store, () => desiredChanges(deps, targets));
}

async function desiredChanges(deps: PublishDeps, targets: PublishTargets): Promise<StoreChanges> {
  const now = deps.now();
  const known = await deps.registry.listAuthorities();
  const records = await desiredRecords(known, targets.authorities);
  const live = targets.pages.filter(key => !isDead(key, known));
  const pages = await desiredPages(deps.registry, live, now);
  const dead = await present(
    deps.store,
    targets.pages.filter(key => isDead(key, known)),
  );
  const serials = await desiredSerials(deps.registry, known, targets.serials ?? []);
  const puts = [...records, ...pages, ...serials.puts];
  const deletes = [...dead, ...serials.deletes];
  if (puts.length + deletes.length === 0) return { puts, deletes };
  // Last, so that an edge that has the generation has the rest of its batch.
  return { puts: [...puts, generationChange(now)], deletes };
}

/** A page below the first live slot: what it should be is absent. The edge refuses its slots by their number. */
function isDead(key: string, authorities: readonly Authority[]): boolean {
  const { authorityId, page } = parsePageKey(key);
  const owner = authorities.filter(isManaged).find(({ id }) => id === authorityId);
  return owner !== undefined && (page + 1) * pageSize <= owner.firstLiveSlot;
}

/** Dead pages that have gone already cost no write, however often the rows they were made of change. */
async function present(store: EdgeStore, keys: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const key of keys) if ((await store.read(key)) !== undefined) found.push(key);
  return found;
}

export function generationChange(now: Date): StoreChange {
  return { key: generationKey, value: String(now.getTime()) };
}

async function desiredRecords(
  authorities: readonly Authority[],
  ids: readonly string[],
): Promise<readonly StoreChange[]> {
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

async function desiredPages(
  registry: PublicationRegistry,
  pages: readonly string[],
  now: Date,
): Promise<readonly StoreChange[]> {
  return (await readPageBits(registry, pages, now)).map(({ key, bits }) => pageChange(key, bits));
}

export async function readPageBits(
  registry: PublicationRegistry,
  pages: readonly string[],
  now: Date,
): Promise<readonly { readonly key: string; readonly bits: PageBits }[]> {
  const ordersOf = await readOrdersOver(registry, pages);
  const all: { readonly key: string; readonly bits: PageBits }[] = [];
  for (let from = 0; from < pages.length; from += readsAtOnce) {
    const read = pages.slice(from, from + readsAtOnce).map(async key => {
      const { authorityId, page } = parsePageKey(key);
      const rows = {
        firstSlot: page * pageSize,
        denied: await registry.readDeniedSlots(key),
        orders: ordersOf(authorityId, page),
      };
      return { key, bits: desiredBits(rows, now) };
    });
    all.push(...(await Promise.all(read)));
  }
  return all;
}

/** A revoked serial has a key, any other has none. */
async function desiredSerials(
  registry: PublicationRegistry,
  known: readonly Authority[],
  targets: NonNullable<PublishTargets["serials"]>,
): Promise<StoreChanges> {
  if (targets.length === 0) return { puts: [], deletes: [] };
  const byAuthority = Map.groupBy(targets, ({ authorityId }) => authorityId);
  const puts: StoreChange[] = [];
  const deletes: string[] = [];
  for (const [authorityId, group] of byAuthority) {
    const authority = known.find(({ id }) => id === authorityId);
    assert(authority !== undefined, `authority ${authorityId} of a serial exists`);
    const serials = [...new Set(group.map(({ serial }) => serial))];
    const revoked = await registry.readRevokedSerials(authorityId, serials);
    for (const serial of serials) {
      if (revoked.has(serial)) puts.push(await serialChange(authority, serial));
      else deletes.push(serialKey(authorityId, serial));
    }
  }
  return { puts, deletes };
}
