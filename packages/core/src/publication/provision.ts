// Writes pages ahead of the slots that need them, so that no certificate is delivered before its page exists.
import { isManaged, type ManagedAuthority } from "#core/authority/authority.ts";
import { wholePages } from "#core/authority/block.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { pageKey } from "#core/slot-page/slot.ts";
import { desiredAuthorityRecord, isClosedForRoom } from "./desired.ts";
import type { EdgeStore } from "./ports.ts";
import { type PublishDeps, publish } from "./publish.ts";
import { usageLevel } from "./store-usage.ts";
import { nothingWritten, type PublishResult } from "./write-changes.ts";

/** With the record and the generation one call's worth: 196,608 certificates. Topped up when half is used. */
export const pagesAhead = 48;

/** First slot without a page that this authority should have pages up to; equal to what it has when there is enough. */
export function provisionTarget(authority: ManagedAuthority): number {
  const { nextSlot, provisionedSlots, wantedSlots } = authority;
  const enough = Math.max(nextSlot + (pagesAhead / 2) * pageSize, wantedSlots);
  // One that is prepared gets its pages before it may issue.
  const isToIssue = authority.state === "active" || authority.state === "prepared";
  if (!isToIssue || provisionedSlots >= enough) return provisionedSlots;
  const ahead = (Math.floor(nextSlot / pageSize) + pagesAhead) * pageSize;
  // A lot larger than the pages ahead, and some more: blocks that are cut before it comes back must not push it out.
  const forLot = wantedSlots > ahead ? wholePages(wantedSlots) + (pagesAhead / 2) * pageSize : 0;
  return Math.max(ahead, forLot);
}

/** Publishes the authority's record and the pages it lacks, then raises its mark. Safe to repeat at any point. */
export async function publishAuthority(deps: PublishDeps, authorityId: string): Promise<PublishResult> {
  const authority = (await deps.registry.listAuthorities()).find(({ id }) => id === authorityId);
  if (authority === undefined) return nothingWritten;
  // A block that is cut changes the authority's row but not its record: one read spares a write.
  const record = await desiredAuthorityRecord(authority);
  const stored = await deps.store.read(record.key);
  const authorities = stored === record.value ? [] : [authorityId];
  if (!isManaged(authority)) {
    // Serials may be missing behind a record that a full store has closed: the reconciler opens it with them.
    return isClosedForRoom(authority, stored) ? nothingWritten : publish(deps, { pages: [], authorities });
  }
  const target = await affordableTarget(deps.store, authority);
  const pages: string[] = [];
  for (let slot = authority.provisionedSlots; slot < target; slot += pageSize) {
    pages.push(pageKey(authorityId, slot / pageSize));
  }
  const result = await publish(deps, { pages, authorities });
  // The mark rises only after the store has acknowledged the pages.
  if (target > authority.provisionedSlots) await deps.registry.recordProvisioned(authorityId, target);
  return result;
}

/** The last of the room is kept for revocations: without a page nothing is issued, and nothing needs to be refused. */
async function affordableTarget(store: EdgeStore, authority: ManagedAuthority): Promise<number> {
  const target = provisionTarget(authority);
  if (target <= authority.provisionedSlots) return target;
  return usageLevel(await store.readUsage()) === "reserved" ? authority.provisionedSlots : target;
}
