// Retires pages whose certificates have all expired: the first live slot rises, then the pages and what belonged to
// them go. Each step is recorded after it is done, so a run that dies anywhere is made up for by the next.
import type { AuditRecord } from "#core/audit.ts";
import { isManaged, type ManagedAuthority } from "#core/authority/authority.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { pageKey } from "#core/slot-page/slot.ts";
import { expiredForMs } from "./desired.ts";
import { publishAuthority } from "./provision.ts";
import { type PublishDeps, publish } from "./publish.ts";

export type AgeOutRegistry = {
  /** First slot of the first block from `fromSlot` on that expires at `deadBefore` or later. Strongly consistent. */
  readonly firstLiveBlock: (
    authorityId: string,
    fromSlot: number,
    deadBefore: Date,
  ) => Promise<number | undefined>;
  /** Both marks only ever rise. */
  readonly recordFirstLiveSlot: (
    authorityId: string,
    firstLiveSlot: number,
    audit: AuditRecord,
  ) => Promise<void>;
  readonly recordClearedSlots: (authorityId: string, clearedSlots: number) => Promise<void>;
  readonly deleteDeniedSlots: (page: string) => Promise<void>;
  /** Orders that end before `slot`. */
  readonly deleteOrders: (authorityId: string, slot: number) => Promise<void>;
};

export type AgeOutDeps = {
  readonly registry: AgeOutRegistry;
  readonly publish: PublishDeps;
  readonly now: () => Date;
};

export type AgeOutResult = { readonly authorityId: string; readonly pages: number };

/** Pages that are deleted before the mark rises: four store calls. */
const pagesAtOnce = 200;

/** All managed authorities, in whatever state. Refuses as `publish` does; repeating is always safe. */
export async function ageOut(
  deps: AgeOutDeps,
  run: { readonly requestId: string; readonly mayGoOn: () => boolean },
): Promise<readonly AgeOutResult[]> {
  const results: AgeOutResult[] = [];
  for (const authority of (await deps.publish.registry.listAuthorities()).filter(isManaged)) {
    results.push({ authorityId: authority.id, pages: await ageOutAuthority(deps, authority, run) });
  }
  return results;
}

async function ageOutAuthority(
  deps: AgeOutDeps,
  authority: ManagedAuthority,
  { requestId, mayGoOn }: { readonly requestId: string; readonly mayGoOn: () => boolean },
): Promise<number> {
  const { id, nextSlot } = authority;
  const deadBefore = new Date(deps.now().getTime() - expiredForMs);
  // `nextSlot` was read before the blocks: a block that is cut meanwhile begins there or later.
  const live = (await deps.registry.firstLiveBlock(id, authority.firstLiveSlot, deadBefore)) ?? nextSlot;
  const firstLiveSlot = Math.max(live, authority.firstLiveSlot);
  // 1 From now on the edge refuses these slots by number, so that none of them misses its page.
  if (firstLiveSlot > authority.firstLiveSlot) {
    await deps.registry.recordFirstLiveSlot(id, firstLiveSlot, {
      subject: id,
      action: "authority.aged_out",
      actor: "job:age-out-pages",
      requestId,
      at: deps.now(),
      facts: { from: String(authority.firstLiveSlot), to: String(firstLiveSlot) },
    });
  }
  await publishAuthority(deps.publish, id);
  // 2 The pages go; one that a live slot shares stays. 3 What they were made of goes.
  const from = authority.clearedSlots / pageSize;
  const end = Math.floor(firstLiveSlot / pageSize);
  let page = from;
  while (page < end && mayGoOn()) {
    const upTo = Math.min(page + pagesAtOnce, end);
    await clearPages(deps, id, page, upTo);
    page = upTo;
  }
  return page - from;
}

async function clearPages(deps: AgeOutDeps, id: string, from: number, upTo: number): Promise<void> {
  const pages = Array.from({ length: upTo - from }, (_, index) => pageKey(id, from + index));
  // Below the first live slot, what a page should be is absent.
  await publish(deps.publish, { pages, authorities: [] });
  for (const page of pages) await deps.registry.deleteDeniedSlots(page);
  await deps.registry.deleteOrders(id, upTo * pageSize);
  await deps.registry.recordClearedSlots(id, upTo * pageSize);
}
