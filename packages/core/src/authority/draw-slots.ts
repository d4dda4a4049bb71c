// Where a worker's slots come from: an online block of its own, or a chunk of the lot's block that all workers share.
import { fail } from "#core/error.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { type Slot, toSlot } from "#core/slot-page/slot.ts";
import type { ManagedAuthority } from "./authority.ts";
import {
  chunkSize,
  holdsLife,
  type LotBlock,
  largestBlock,
  lastSlot,
  planBlock,
  type SlotBlock,
} from "./block.ts";
import type { LotMark } from "./lot.ts";
import type { BlockRegistry } from "./ports.ts";

export type PooledSlot = {
  readonly authority: ManagedAuthority;
  readonly slot: Slot;
  readonly usableUntil: Date;
  readonly expiresBy: Date;
};

/** Empty when another worker was faster; highest slot first. Refuses with `authority.unavailable`. */
export async function slotsFromOnlineBlock(
  registry: BlockRegistry,
  authority: ManagedAuthority,
  size: number,
  lifeMs: number,
  now: Date,
): Promise<readonly PooledSlot[]> {
  const block = planBlock(authority, { kind: "online" }, size, now, lifeMs);
  await requirePages(registry, authority, block);
  return (await registry.cutBlock(authority, block)) ? pooled(authority, block, block) : [];
}

/** Empty when another worker was faster; highest slot first. Refuses with `authority.unavailable` or `lot.revoked`. */
export async function slotsFromLot(
  registry: BlockRegistry,
  authority: ManagedAuthority,
  owner: LotBlock["owner"],
  lifeMs: number,
  now: Date,
): Promise<readonly PooledSlot[]> {
  const lot = await registry.readLot(owner.tenant, owner.lot);
  if (lot.revocation !== undefined) fail("lot.revoked", { lot: owner.lot });
  const cut = lot.blocks.filter(
    block => block.owner.kind === owner.kind && block.authorityId === authority.id,
  );
  const own = cut.filter(block => holdsLife(block, lifeMs));
  let block = own.find(({ first, size, next, usableUntil }) => now < usableUntil && next < first + size);
  if (block === undefined) {
    // The size that was announced is what the first block holds; a lot that outgrows it goes on by pages.
    const wanted = owner.kind === "lot" && cut.length === 0 ? roomFor(lot) : pageSize;
    const planned = planBlock(authority, owner, wanted, now, lifeMs);
    block = { ...planned, owner, ordinal: lot.blocks.length, next: planned.first };
    await requirePages(registry, authority, block);
    if (!(await registry.cutLotBlock(authority, block))) return [];
  }
  const chunk = await registry.takeChunk(block, chunkSize);
  return chunk === undefined ? [] : pooled(authority, block, chunk);
}

/** Workers that die lose what they have left of a chunk: an announced lot has room for a few such, to stay in one block. */
function roomFor({ announcedSize }: LotMark): number {
  return announcedSize === undefined ? pageSize : Math.min(announcedSize + 4 * chunkSize, largestBlock);
}

/** No certificate comes before its page: a block that does not fit is left for the publisher to make room for. */
async function requirePages(
  registry: BlockRegistry,
  authority: ManagedAuthority,
  block: SlotBlock,
): Promise<void> {
  const end = lastSlot(block) + 1;
  if (end <= authority.provisionedSlots) return;
  if (end > authority.wantedSlots) await registry.wantSlots(authority.id, end);
  fail("authority.unavailable", {
    retryAfterSeconds: 2,
    reason: "the edge has no page for the next slots yet",
  });
}

function pooled(
  authority: ManagedAuthority,
  { usableUntil, expiresBy }: SlotBlock,
  { first, size }: Pick<SlotBlock, "first" | "size">,
): readonly PooledSlot[] {
  return Array.from({ length: size }, (_, index) => toSlot(first + size - 1 - index))
    .filter(slot => slot !== undefined)
    .map(slot => ({ authority, slot, usableUntil, expiresBy }));
}
