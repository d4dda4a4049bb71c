// Whether a key of the edge store says what it must, compared by meaning: with slots that no longer matter the shortest
// text changes every day, and a comparison of texts would rewrite the whole store as certificates expire.
import { decodePage, differsInMeaning } from "#core/slot-page/decode.ts";
import { slotState } from "#core/slot-page/page.ts";
import type { DesiredContent } from "./desired-content.ts";

/**
 * `coarse`: the last resort of a full store: a page that refuses all of its slots, or an authority everybody, where some
 * should be admitted.
 */
export const differenceKinds = ["missing", "altered", "extra", "coarse"] as const;
export type DifferenceKind = (typeof differenceKinds)[number];

const count = /^\d{1,15}$/;

/** Undefined when there is none. */
export function differenceOf(
  stored: string | undefined,
  desired: DesiredContent,
): DifferenceKind | undefined {
  if (desired.kind === "spare") return undefined;
  if (desired.kind === "absent") return stored === undefined ? undefined : "extra";
  if (stored === undefined) return "missing";
  switch (desired.kind) {
    case "text":
      return stored === desired.change.value
        ? undefined
        : desired.isClosedForRoom(stored)
          ? "coarse"
          : "altered";
    case "generation":
      return count.test(stored) ? undefined : "altered";
    case "page":
      if (!differsInMeaning(stored, desired.bits)) return undefined;
      return isLastResort(stored) && desired.bits.includes(slotState.revoked) ? "coarse" : "altered";
  }
}

function isLastResort(stored: string): boolean {
  return decodePage(stored)?.every(state => state === slotState.revoked) ?? false;
}
