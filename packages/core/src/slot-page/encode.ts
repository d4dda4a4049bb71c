// The canonical text of a page: run lengths in two Rice codes, or a bitmap where that is not longer.
// Equal pages give equal text: each Rice parameter is the one with fewest bits, the smallest on a tie.

import { bitWriter } from "./bit-writer.ts";
import { longestPageValue, type PageBits, pageSize, slotState } from "./page.ts";

/** Lengths of runs that alternate between good and revoked slots; they add up to a page. */
type Runs = { readonly startsRevoked: boolean; readonly lengths: readonly number[] };

const largestK = 12;

/** 1 to 684 characters. Throws when `states` is not `pageSize` values of `slotState`. */
export function encodePage(states: PageBits): string {
  if (states.length !== pageSize || states.some(state => state > slotState.any))
    throw new Error("a page is 4096 slot states");
  const runs = toRuns(states);
  if (runs.lengths.length === 1) return runs.startsRevoked ? "r" : "g";
  const text = toRunForm(runs);
  return text.length < longestPageValue ? text : toBitmapForm(runs);
}

// A slot in state `any` joins the run before it (leading ones the first run): no other filling has fewer runs.
function toRuns(states: PageBits): Runs {
  const lengths: number[] = [];
  const first = states.find(state => state !== slotState.any) ?? slotState.good;
  let current = first;
  let start = 0;
  for (let slot = 0; slot < pageSize; slot += 1) {
    const state = states[slot];
    if (state === undefined || state === current || state === slotState.any) continue;
    lengths.push(slot - start);
    start = slot;
    current = state;
  }
  lengths.push(pageSize - start);
  return { startsRevoked: first === slotState.revoked, lengths };
}

// Each run but the last, which is implied: (length - 1) >> k ones, a zero, the k low bits of length - 1.
function toRunForm({ startsRevoked, lengths }: Runs): string {
  const written = lengths.slice(0, -1);
  const [even, odd] = [bestK(written, 0), bestK(written, 1)];
  const bits = bitWriter();
  written.forEach((length, index) => {
    const k = index % 2 === 0 ? even : odd;
    bits.repeat(1, (length - 1) >> k);
    bits.repeat(0, 1);
    bits.write(length - 1, k);
  });
  const [goodK, revokedK] = startsRevoked ? [odd, even] : [even, odd];
  return `${startsRevoked ? "r" : "g"}${goodK.toString(16)}${revokedK.toString(16)}${bits.finish(1)}`;
}

/** The Rice parameter with which every other run, from `first` on, takes fewest bits. */
function bestK(lengths: readonly number[], first: 0 | 1): number {
  let best = 0;
  let fewest = Number.POSITIVE_INFINITY;
  for (let k = 0; k <= largestK; k += 1) {
    let bits = 0;
    for (let index = first; index < lengths.length; index += 2)
      bits += (((lengths[index] ?? 1) - 1) >> k) + 1 + k;
    if (bits < fewest) [best, fewest] = [k, bits];
  }
  return best;
}

function toBitmapForm({ startsRevoked, lengths }: Runs): string {
  const bits = bitWriter();
  lengths.forEach((length, index) => {
    bits.repeat((index % 2 === 0) === startsRevoked ? 1 : 0, length);
  });
  return `b${bits.finish(0)}`;
}
