// Writes pages ahead of the slots that need them, so that no certificate is delivered before its page exists.
import type { Authority } from "#core/authority/authority.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { pageKey } from "#core/slot-page/slot.ts";
import { desiredAuthorityRecord } from "./desired.ts";
import { type PublishDeps, publish } from "./publish.ts";
import { nothingWritten, type PublishResult } from "./write-changes.ts";

/** One call's worth of pages: 204,800 certificates. Topped up when half is used. */
export const pagesAhead = 50;

/** First slot without a page that this authority should have pages up to; equal to what it has when there is enough. */
export function provisionTarget(authority: Authority): number {
  const enough = authority.nextSlot + (pagesAhead / 2) * pageSize;
  if (authority.layout !== "slots" || authority.state !== "active" || authority.provisionedSlots >= enough) {
    return authority.provisionedSlots;
  }
  return (Math.floor(authority.nextSlot / pageSize) + pagesAhead) * pageSize;
}

/** Publishes the authority's record and the pages it lacks, then raises its mark. Safe to repeat at any point. */
export async function publishAuthority(deps: PublishDeps, authorityId: string): Promise<PublishResult> {
  const authority = (await deps.registry.listAuthorities()).find(({ id }) => id === authorityId);
  if (authority === undefined) return nothingWritten;
  const target = provisionTarget(authority);
  const pages: string[] = [];
  for (let slot = authority.provisionedSlots; slot < target; slot += pageSize) {
    pages.push(pageKey(authorityId, slot / pageSize));
  }
  // A block that is cut changes the authority's row but not its record: one read spares a write.
  const record = await desiredAuthorityRecord(authority);
  const authorities = (await deps.store.read(record.key)) === record.value ? [] : [authorityId];
  const result = await publish(deps, { pages, authorities });
  // The mark rises only after the store has acknowledged the pages.
  if (target > authority.provisionedSlots) await deps.registry.recordProvisioned(authorityId, target);
  return result;
}
