// What the edge store must hold, as a pure function of registry rows.
import type { Authority } from "#core/authority/authority.ts";
import { assert } from "#core/error.ts";
import { sha256Hex } from "#core/sha256.ts";
import { authorityKeyOfDigest, buildAuthorityRecord } from "#core/slot-page/authority-record.ts";
import { encodePage } from "#core/slot-page/encode.ts";
import { pageSize, slotState } from "#core/slot-page/page.ts";
import type { DeniedSlot, StoreChange } from "./ports.ts";

/** A certificate is refused for its dates from then on, whatever its bit says; a day covers clocks that run late. */
const expiredForMs = 86_400_000;

export function desiredPage(denied: readonly DeniedSlot[], now: Date): string {
  const bits = new Uint8Array(pageSize).fill(slotState.good);
  for (const { offset, state, notAfter } of denied) {
    // A burnt slot names no certificate we know, so nothing is known to have expired.
    const gone = state !== "burnt" && now.getTime() - notAfter.getTime() > expiredForMs;
    bits[offset] = gone ? slotState.any : slotState.revoked;
  }
  return encodePage(bits);
}

/** The layouts an authority's state leaves it: only one that still has standing is judged by its certificates. */
const standing = {
  prepared: true,
  active: true,
  draining: true,
  retired: false,
  distrusted: false,
} as const satisfies Record<Authority["state"], boolean>;

export async function desiredAuthorityRecord(authority: Authority): Promise<StoreChange> {
  const value = buildAuthorityRecord({
    layout: standing[authority.state] ? authority.layout : "closed",
    id: authority.id,
    notBeforeFloor: authority.notBeforeFloor,
    firstLiveSlot: authority.firstLiveSlot,
    pins: [],
  });
  assert(value !== undefined, `authority ${authority.id} has a record that fits`);
  return { key: authorityKeyOfDigest(await sha256Hex(authority.issuerDn)), value };
}
