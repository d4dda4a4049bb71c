// Which keys the edge store must have for an authority, and whose page a key is.
import { type Authority, isManaged, type ManagedAuthority } from "#core/authority/authority.ts";
import type { Serial } from "#core/serial.ts";
import { authorityKey } from "#core/slot-page/digest.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { serialKey } from "#core/slot-page/serial-key.ts";
import { pageKey } from "#core/slot-page/slot.ts";
import { provisionTarget } from "./provision.ts";

export type ListRevokedSerials = (authorityId: string) => Promise<readonly Serial[]>;

/** Every key that must exist for `authority`: its record, and its pages or its revoked serials. */
export async function* expectedKeys(
  authority: Authority,
  listRevokedSerials: ListRevokedSerials,
): AsyncGenerator<string> {
  yield await authorityKey(authority.issuerDn);
  if (isManaged(authority)) {
    const { first, end } = livePages(authority);
    for (let page = first; page < end; page += 1) yield pageKey(authority.id, page);
  } else {
    for (const serial of await listRevokedSerials(authority.id)) yield serialKey(authority.id, serial);
  }
}

type PageRange = { readonly first: number /** Excluded. */; readonly end: number };

/** From the page of the first live slot up to the authority's mark: a page exists before its first certificate. */
export function livePages({ firstLiveSlot, provisionedSlots }: ManagedAuthority): PageRange {
  return { first: Math.floor(firstLiveSlot / pageSize), end: provisionedSlots / pageSize };
}

/** What a publisher may be writing right now: it writes pages first and raises the mark after. */
export function sparePages(authority: ManagedAuthority): PageRange {
  return { first: authority.provisionedSlots / pageSize, end: provisionTarget(authority) / pageSize };
}

/** Below the first live slot, where age-out is still deleting. */
export function dyingPages({ clearedSlots, firstLiveSlot }: ManagedAuthority): PageRange {
  return { first: clearedSlots / pageSize, end: Math.floor(firstLiveSlot / pageSize) };
}

/** Whether `key` names one of these pages of a managed authority, spelled as the edge spells it. */
export function isPageIn(
  rangeOf: (authority: ManagedAuthority) => PageRange,
  authorities: readonly Authority[],
  key: string,
): boolean {
  const [id, text = ""] = key.split(".");
  const page = Number.parseInt(text, 16);
  const owner = authorities.filter(isManaged).find(authority => authority.id === id);
  if (owner === undefined || pageKey(owner.id, page) !== key) return false;
  const { first, end } = rangeOf(owner);
  return first <= page && page < end;
}
