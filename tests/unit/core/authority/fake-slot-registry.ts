// Authorities with their slot counters, and lots with their cursors: a cut at another number than the counter's is
// refused, as in the registry.
import { type Authority, isManaged, type ManagedAuthority } from "#core/authority/authority.ts";
import { type LotBlock, lastSlot, type SlotBlock } from "#core/authority/block.ts";
import type { Lot } from "#core/authority/lot.ts";
import type { SlotRegistry } from "#core/authority/slot-source.ts";
import { anAuthority, aSlot } from "#support/records.ts";

export type FakeSlotRegistry = SlotRegistry & {
  readonly change: (id: string, parts: Partial<ManagedAuthority>) => void;
  readonly changeLot: (tenant: string, name: string, parts: Partial<Lot>) => void;
  readonly blocks: SlotBlock[];
  readonly calls: { reads: number; cuts: number; chunks: number; marks: number };
  readonly wanted: Map<string, number>;
};

export function fakeSlotRegistry(...authorities: readonly Authority[]): FakeSlotRegistry {
  const rows = new Map(authorities.map(authority => [authority.id, authority]));
  const lots = new Map<string, Lot>();
  const blocks: SlotBlock[] = [];
  const wanted = new Map<string, number>();
  const calls = { reads: 0, cuts: 0, chunks: 0, marks: 0 };
  const change = (id: string, parts: Partial<ManagedAuthority>): void => {
    const row = rows.get(id);
    rows.set(id, anAuthority({ ...(row !== undefined && isManaged(row) ? row : {}), ...parts }));
  };
  const lotOf = (tenant: string, name: string): Lot =>
    lots.get(`${tenant}#${name}`) ?? { tenant, name, blocks: [] };
  const changeLot = (tenant: string, name: string, parts: Partial<Lot>): void => {
    lots.set(`${tenant}#${name}`, { ...lotOf(tenant, name), ...parts });
  };
  const cutBlock = async (seen: ManagedAuthority, block: SlotBlock): Promise<boolean> => {
    calls.cuts += 1;
    const row = rows.get(seen.id);
    const end = lastSlot(block) + 1;
    if (row === undefined || !isManaged(row) || row.nextSlot !== seen.nextSlot) return false;
    if (row.provisionedSlots < end || row.state !== "active") return false;
    change(seen.id, { nextSlot: end });
    blocks.push(block);
    return true;
  };
  return {
    calls,
    change,
    changeLot,
    blocks,
    wanted,
    listAuthorities: async () => {
      calls.reads += 1;
      return [...rows.values()];
    },
    recordExhausted: async (id, at) => {
      change(id, { exhaustedAt: at });
      return true;
    },
    cutBlock,
    cutLotBlock: async (seen, block) => {
      const { tenant, lot: name } = block.owner;
      const lot = lotOf(tenant, name);
      if (lot.blocks.length !== block.ordinal || lot.revocation !== undefined) return false;
      if (!(await cutBlock(seen, block))) return false;
      changeLot(tenant, name, { blocks: [...lot.blocks, block] });
      return true;
    },
    wantSlots: async (id, slots) => void wanted.set(id, Math.max(slots, wanted.get(id) ?? 0)),
    readLot: async (tenant, name) => lotOf(tenant, name),
    readLotMark: async (tenant, name) => {
      calls.marks += 1;
      return lotOf(tenant, name);
    },
    takeChunk: async ({ owner, ordinal }, atMost) => {
      calls.chunks += 1;
      const lot = lotOf(owner.tenant, owner.lot);
      const block = lot.blocks[ordinal];
      if (block === undefined) throw new Error("a chunk is taken from a block that is there");
      const size = Math.min(atMost, block.first + block.size - block.next);
      const moved: LotBlock = { ...block, next: block.next + size };
      changeLot(owner.tenant, owner.lot, { blocks: lot.blocks.with(ordinal, moved) });
      return size === 0 ? undefined : { first: aSlot(block.next), size };
    },
  };
}
