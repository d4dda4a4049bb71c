// What a plan names, slot by slot, once it is counted: ranges, bitmaps of pages, serials. Few or a million, it is the
// same small data, and it has one canonical order, so that one hash stands for it.
import type { Serial } from "#core/serial.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { offsetOf, pageKey, pageOf, type Slot } from "#core/slot-page/slot.ts";

/** One bit a slot: offset `n` is bit `n % 8`, the lowest first, of byte `n / 8`. */
export const bitmapBytes = pageSize / 8;

/** Single slots of one page; `slots` has `bitmapBytes` bytes. */
export type PlannedPage = { readonly authorityId: string; readonly page: number; readonly slots: Uint8Array };

/** Every slot from `first` to `last`, both included, whether a certificate has it yet or not: whole blocks of lots. */
export type PlannedRange = { readonly authorityId: string; readonly first: Slot; readonly last: Slot };

/** A certificate of an authority without slots. */
export type PlannedSerial = { readonly authorityId: string; readonly serial: Serial };

/** No page, range or serial twice, each in the order of its authority and its place. */
export type Selection = {
  readonly ranges: readonly PlannedRange[];
  readonly pages: readonly PlannedPage[];
  readonly serials: readonly PlannedSerial[];
};

export const nothingSelected: Selection = { ranges: [], pages: [], serials: [] };

export function setBit(slots: Uint8Array, offset: number): void {
  slots[offset >> 3] = (slots[offset >> 3] ?? 0) | (1 << (offset & 7));
}

export function hasBit(slots: Readonly<Uint8Array>, offset: number): boolean {
  return ((slots[offset >> 3] ?? 0) & (1 << (offset & 7))) !== 0;
}

/** Bitmaps that grow, by page key. */
export type PageSet = Map<string, PlannedPage>;

/** False when the slot is in it already. */
export function addSlot(pages: PageSet, authorityId: string, slot: Slot): boolean {
  const page = pageOf(slot);
  const key = pageKey(authorityId, page);
  const planned = pages.get(key) ?? { authorityId, page, slots: new Uint8Array(bitmapBytes) };
  if (hasBit(planned.slots, offsetOf(slot))) return false;
  setBit(planned.slots, offsetOf(slot));
  pages.set(key, planned);
  return true;
}

/** In canonical order; what came in several parts is one page afterwards. */
export function selectionOf(parts: Selection): Selection {
  const pages = new Map<string, PlannedPage>();
  for (const part of parts.pages) {
    const key = pageKey(part.authorityId, part.page);
    const known = pages.get(key);
    pages.set(key, known === undefined ? part : { ...part, slots: united(known.slots, part.slots) });
  }
  return {
    ranges: sortedOnce(parts.ranges, ({ authorityId, first, last }) => [authorityId, first, last]),
    pages: sortedOnce([...pages.values()], ({ authorityId, page }) => [authorityId, page]),
    serials: sortedOnce(parts.serials, ({ authorityId, serial }) => [authorityId, serial]),
  };
}

/** How many slots its pages name. */
export function countSlots({ pages }: Pick<Selection, "pages">): number {
  return pages.reduce((sum, { slots }) => sum + countBits(slots), 0);
}

/** Whether one of its ranges or pages names the slot; asked often, so the pages are looked up. */
export function slotFinder({ ranges, pages }: Selection): (authorityId: string, slot: Slot) => boolean {
  const byKey = new Map(pages.map(({ authorityId, page, slots }) => [pageKey(authorityId, page), slots]));
  return (authorityId, slot) => {
    const slots = byKey.get(pageKey(authorityId, pageOf(slot)));
    if (slots !== undefined && hasBit(slots, offsetOf(slot))) return true;
    return ranges.some(
      range => range.authorityId === authorityId && range.first <= slot && slot <= range.last,
    );
  };
}

function countBits(slots: Uint8Array): number {
  let count = 0;
  for (const byte of slots) for (let rest = byte; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

function united(one: Uint8Array, other: Uint8Array): Uint8Array {
  return Uint8Array.from(one, (byte, index) => byte | (other[index] ?? 0));
}

type SortKey = readonly (string | number)[];

function sortedOnce<T>(items: readonly T[], keyOf: (item: T) => SortKey): readonly T[] {
  const once = new Map(items.map(item => [keyOf(item).join(" "), item]));
  return [...once.values()].sort((a, b) => compare(keyOf(a), keyOf(b)));
}

function compare(a: SortKey, b: SortKey): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? left;
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
