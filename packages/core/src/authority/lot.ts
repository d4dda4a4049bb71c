// A lot as the registry knows it: what was announced of it, its blocks of slots, and whether it has been revoked.
import type { Revocation } from "#core/certificate/certificate.ts";
import { type LotBlock, largestBlock } from "./block.ts";

/** What one row says of a lot, whatever the lot's size. Absent: nothing was announced, nobody is expected by name. */
export type LotMark = {
  /** How many certificates the lot is announced to have: the size of its first block. */
  readonly announcedSize?: number;
  /** Holders on the lot's manifest; with one, nobody else is enrolled into the lot. */
  readonly expectedHolders?: number;
  /** Set once and for ever: nobody is enrolled into the lot any more, and it gets no further block. */
  readonly revocation?: Revocation;
};

export type Lot = LotMark & {
  readonly tenant: string;
  readonly name: string;
  /** In the order they were cut, renewals' blocks among them. */
  readonly blocks: readonly LotBlock[];
};

/** One block, so that the lot is contiguous whatever its size. */
export const largestLot = largestBlock;

/** A lot comes into being when it is announced, given a manifest, or enrolled into. */
export function isKnown({ blocks, announcedSize, expectedHolders }: Lot): boolean {
  return blocks.length > 0 || announcedSize !== undefined || expectedHolders !== undefined;
}
