// The hash under which a plan is approved and applied: what is done, why, to which selector's certificates, slot by slot.
import { sha256Fields, sha256Hex } from "#core/sha256.ts";
import { pageKey } from "#core/slot-page/slot.ts";
import type { PlanOrder } from "./plan.ts";
import type { PlannedPage, Selection } from "./selection.ts";
import { selectorText } from "./selector.ts";

/** `selection` in canonical order, as `selectionOf` gives it. Lower-case hex. */
export async function planHash(order: PlanOrder, selection: Selection): Promise<string> {
  const { action, reason, selector, lineage, until, floorAt } = order;
  const { ranges, pages, serials } = selection;
  return sha256Fields(
    "plan-1",
    action,
    until?.toISOString() ?? "",
    floorAt?.toISOString() ?? "",
    reason,
    selectorText(selector),
    lineage ? "lineage" : "",
    ranges.map(({ authorityId, first, last }) => `${authorityId}:${first}-${last}`).join(" "),
    pages.map(({ authorityId, page }) => pageKey(authorityId, page)).join(" "),
    await sha256Hex(bitmapsOf(pages)),
    serials.map(({ authorityId, serial }) => `${authorityId}-${serial}`).join(" "),
  );
}

/** One after the other: each has the same length. */
function bitmapsOf(pages: readonly PlannedPage[]): Uint8Array {
  const bytes = new Uint8Array(pages.reduce((sum, { slots }) => sum + slots.length, 0));
  let at = 0;
  for (const { slots } of pages) {
    bytes.set(slots, at);
    at += slots.length;
  }
  return bytes;
}
