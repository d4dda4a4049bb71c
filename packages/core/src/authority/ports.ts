// What issuing and publishing need to know and change about authorities, their slots and their lots.
import type { AuditRecord } from "#core/audit.ts";
import type { OutgoingEvent } from "#core/event/outgoing.ts";
import type { Authority, ManagedAuthority } from "./authority.ts";
import type { LotBlock, SlotBlock } from "./block.ts";
import type { Lot, LotMark } from "./lot.ts";

export type AuthorityRegistry = {
  readonly listAuthorities: () => Promise<readonly Authority[]>;
  /**
   * One transaction, with the event if there is one to send. False when the id is taken: authority ids are never reused
   * (edge-slot pages would speak for new certificates).
   */
  readonly insertAuthority: (
    authority: Authority,
    audit: AuditRecord,
    event?: OutgoingEvent,
  ) => Promise<boolean>;
  /** Only ever raises the mark. */
  readonly recordProvisioned: (authorityId: string, provisionedSlots: number) => Promise<void>;
  /** False when it was recorded before. */
  readonly recordExhausted: (authorityId: string, at: Date, audit: AuditRecord) => Promise<boolean>;
  /** False when it is not as it was seen: tried again already, or used up anew. */
  readonly clearExhausted: (authorityId: string, exhaustedAt: Date, audit: AuditRecord) => Promise<boolean>;
};

export type BlockRegistry = {
  /** False when the counter has moved since `authority` was read, its pages are not there, or it issues no more. */
  readonly cutBlock: (authority: ManagedAuthority, block: SlotBlock) => Promise<boolean>;
  /** The same for a lot's next block; false also when the lot has another block by now, or was revoked. */
  readonly cutLotBlock: (authority: ManagedAuthority, block: LotBlock) => Promise<boolean>;
  /** Asks the publisher to provision up to there; only ever raises the mark. */
  readonly wantSlots: (authorityId: string, wantedSlots: number) => Promise<void>;
  /** Strongly consistent. A lot that nobody has enrolled into has no blocks. */
  readonly readLot: (tenant: string, lot: string) => Promise<Lot>;
  /** The cheap part of `readLot`, empty for a lot that nobody has heard of. Strongly consistent. */
  readonly readLotMark: (tenant: string, lot: string) => Promise<LotMark>;
  /** Up to `atMost` slots from the block's cursor; undefined when it is used up. */
  readonly takeChunk: (
    block: LotBlock,
    atMost: number,
  ) => Promise<Pick<SlotBlock, "first" | "size"> | undefined>;
};
