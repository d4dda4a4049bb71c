// The slots of one page that a bitmap names. Which bit stands for which is the plan's: an order takes its bitmap as it is.
import { bitmapBytes, hasBit, setBit } from "#core/plan/selection.ts";

export type SlotBitmap = Readonly<Uint8Array>;

/** `offsets`: 0 to 4,095. */
export function bitmapOf(offsets: Iterable<number>): SlotBitmap {
  const slots = new Uint8Array(bitmapBytes);
  for (const offset of offsets) setBit(slots, offset);
  return slots;
}

/** Ascending. */
export function offsetsOf(slots: SlotBitmap): readonly number[] {
  return Array.from({ length: slots.length * 8 }, (_, offset) => offset).filter(offset =>
    hasBit(slots, offset),
  );
}
