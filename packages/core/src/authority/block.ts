// Blocks: runs of slots that are handed out together and die together. A block's life is fixed when it is cut, so
// that a page's life is known from its few blocks, with no write per certificate.
import { pageSize } from "#core/slot-page/page.ts";
import { type Slot, toSlot } from "#core/slot-page/slot.ts";
import type { ManagedAuthority } from "./authority.ts";

export type BlockKind = "online" | "lot" | "renewal";

export type SlotBlock = {
  readonly authorityId: string;
  readonly first: Slot;
  readonly size: number;
  /** Whose certificates alone may use the block; every tenant shares an online one. */
  readonly owner: BlockOwner;
  /** No slot of it is handed out from then on. */
  readonly usableUntil: Date;
  /** No certificate of it is valid from then on: its enrolments end no later. */
  readonly expiresBy: Date;
};

export type BlockOwner =
  | { readonly kind: "online" }
  | { readonly kind: Exclude<BlockKind, "online">; readonly tenant: string; readonly lot: string };

/** A lot's block with how far it is used up; `next` is shared by all workers. */
export type LotBlock = SlotBlock & {
  readonly owner: Exclude<BlockOwner, { kind: "online" }>;
  /** Counts the lot's blocks, of every kind and authority, from 0. */
  readonly ordinal: number;
  readonly next: number;
};

/** Slots that one worker takes at a time. */
export const chunkSize = 64;

/** Of one block: 256 pages, six store calls. A larger lot gets several blocks. */
export const largestBlock = 2 ** 20;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

// An online block is one worker's: what it has not used in an hour it has most likely died with. A lot is on the line
// for weeks.
const usableMs = {
  online: hourMs,
  lot: 90 * dayMs,
  renewal: 90 * dayMs,
} as const satisfies Record<BlockKind, number>;

const yearMs = 365 * dayMs;

/**
 * How long the certificates of a block live at most, of which the longest has `neededMs`: whole years. So the many
 * profiles share a few kinds of blocks, and only slots of long-lived certificates keep their pages for long.
 */
export function blockLife(neededMs: number): number {
  return Math.max(1, Math.ceil(neededMs / yearMs)) * yearMs;
}

/** Whether any certificate of such a life fits, on whatever day the block hands out its slot. */
export function holdsLife({ usableUntil, expiresBy }: SlotBlock, lifeMs: number): boolean {
  return expiresBy.getTime() - usableUntil.getTime() >= lifeMs;
}

/**
 * The block that would be cut now for `wanted` slots. One of a page or more begins and ends with a page, so that
 * refusing a lot touches no page of others; the slots skipped before it stay unused, 4,095 at most.
 */
export function planBlock(
  authority: Pick<ManagedAuthority, "id" | "nextSlot">,
  owner: BlockOwner,
  wanted: number,
  now: Date,
  lifeMs = yearMs,
): SlotBlock {
  const whole = wanted >= pageSize;
  const size = Math.min(whole ? wholePages(wanted) : Math.max(1, Math.ceil(wanted)), largestBlock);
  const usableUntil = new Date(now.getTime() + usableMs[owner.kind]);
  return {
    authorityId: authority.id,
    first: slotAt(whole ? wholePages(authority.nextSlot) : authority.nextSlot),
    size,
    owner,
    usableUntil,
    expiresBy: new Date(usableUntil.getTime() + lifeMs),
  };
}

/** `slots` rounded up to the end of a page. */
export function wholePages(slots: number): number {
  return Math.ceil(slots / pageSize) * pageSize;
}

/** The last slot, included. */
export function lastSlot({ first, size }: Pick<SlotBlock, "first" | "size">): Slot {
  return slotAt(first + size - 1);
}

function slotAt(value: number): Slot {
  const slot = toSlot(value);
  if (slot === undefined)
    throw new Error(`invariant broken: an authority has used up its 2^52 slots at ${value}`);
  return slot;
}
