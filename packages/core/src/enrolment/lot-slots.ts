// The slots of one lot call: taken from the source some at a time, so that the lot is looked at once for many lines.
import { AppError, isAppError } from "#core/error.ts";
import type { SlotNeed, SlotSource, TakenSlot } from "./ports.ts";

/** A lot that is revoked while a call runs stops it within as many lines. */
const slotsAtOnce = 64;

export type LotSlots = SlotSource & {
  /** What the source refuses slots with, once it has. */
  readonly refusal: () => AppError | undefined;
  /** What the call has not used, for the next. */
  readonly giveBackRest: () => void;
};

/** Needs no more than `atMost` slots in all. A refusal of the source stands for the rest of the call. */
export function lotSlots(source: SlotSource, atMost: number): LotSlots {
  const ready: TakenSlot[] = [];
  let left = atMost;
  let refilling: Promise<void> | undefined;
  let refusal: AppError | undefined;

  async function refill(need: SlotNeed): Promise<void> {
    try {
      const taken = await source.takeSome(need, Math.max(1, Math.min(slotsAtOnce, left)));
      left -= taken.length;
      ready.push(...taken);
    } catch (error) {
      // A race for a counter may be won the next time; a lot that is revoked, or a CA without pages, is not better a
      // line later, and each try costs four reads.
      if (error instanceof AppError && !isAppError(error, "registry.busy")) refusal = error;
      throw error;
    }
  }

  async function take(need: SlotNeed): Promise<TakenSlot> {
    for (;;) {
      if (refusal !== undefined) throw refusal;
      const found = ready.findIndex(({ expiresBy }) => need.validUntil <= expiresBy);
      const [slot] = found === -1 ? [] : ready.splice(found, 1);
      if (slot !== undefined) return { ...slot, giveBack: () => void ready.unshift(slot) };
      // Many lines wait for one refill.
      refilling ??= refill(need).finally(() => {
        refilling = undefined;
      });
      await refilling;
    }
  }

  return {
    ...source,
    take,
    refusal: () => refusal,
    giveBackRest: () => {
      for (const slot of ready.splice(0).reverse()) slot.giveBack();
    },
  };
}
