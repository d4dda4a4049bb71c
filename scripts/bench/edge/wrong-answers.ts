// Encoder, edge lookup and the independent reference decoder on the same pages: how often any two disagree.
import { encodePage } from "#core/slot-page/encode.ts";
import { isDenied } from "#core/slot-page/lookup.ts";
import { longestPageValue, slotState } from "#core/slot-page/page.ts";
import { referenceDecode } from "#core/slot-page/reference-decode.ts";
import { seeded } from "#support/edge-simulation/random.ts";
import { families } from "./page-mix.ts";

export type Answers = { readonly checks: number; readonly wrong: number; readonly longestValue: number };

const pagesPerFamily = 60;
const slotsPerPage = 1_024;

/** Over a million slots: one in four of every page, and all 4,096 of it in the reference decoder. */
export function checkAnswers(): Answers {
  const random = seeded(4);
  let [checks, wrong, longestValue] = [0, 0, 0];
  for (const { page } of families) {
    for (let each = 0; each < pagesPerFamily; each += 1) {
      const states = page(random);
      const value = encodePage(states);
      const reference = referenceDecode(value) ?? "";
      longestValue = Math.max(longestValue, value.length);
      const start = random.integer(4);
      for (let index = 0; index < slotsPerPage; index += 1) {
        const slot = index * 4 + start;
        checks += 1;
        if (!agree(states[slot], isDenied(value, slot), reference.charAt(slot))) wrong += 1;
      }
    }
  }
  if (longestValue > longestPageValue) throw new Error("a value is longer than the longest");
  return { checks, wrong, longestValue };
}

function agree(state: number | undefined, denied: boolean, reference: string): boolean {
  if (reference !== (denied ? "1" : "0")) return false;
  return state === slotState.any || (state === slotState.revoked) === denied;
}
