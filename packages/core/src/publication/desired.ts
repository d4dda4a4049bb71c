// What the edge store must hold, as a pure function of registry rows.
import { type Authority, hasStanding, isManaged } from "#core/authority/authority.ts";
import { assert } from "#core/error.ts";
import type { Order } from "#core/order/order.ts";
import { offsetsOf } from "#core/order/slot-bitmap.ts";
import type { Serial } from "#core/serial.ts";
import { buildAuthorityRecord } from "#core/slot-page/authority-record.ts";
import { decodePage } from "#core/slot-page/decode.ts";
import { authorityKey } from "#core/slot-page/digest.ts";
import { encodePage } from "#core/slot-page/encode.ts";
import { type PageBits, pageSize, slotState } from "#core/slot-page/page.ts";
import { serialKey } from "#core/slot-page/serial-key.ts";
import type { DeniedSlot, StoreChange } from "./ports.ts";

/** A certificate is refused for its dates from then on, whatever its bit says; a day covers clocks that run late. */
export const expiredForMs = 86_400_000;

export type PageRows = {
  /** First slot of the page. */
  readonly firstSlot: number;
  readonly denied: readonly DeniedSlot[];
  readonly orders: readonly Order[];
};

export function desiredBits({ firstSlot, denied, orders }: PageRows, now: Date): PageBits {
  const bits = new Uint8Array(pageSize).fill(slotState.good);
  for (const { offset, state, notAfter } of denied) {
    // A burnt slot names no certificate we know, so nothing is known to have expired.
    const gone = state !== "burnt" && now.getTime() - notAfter.getTime() > expiredForMs;
    bits[offset] = gone ? slotState.any : slotState.revoked;
  }
  for (const order of orders) layOver(bits, order, firstSlot);
  return bits;
}

function layOver(bits: Uint8Array, order: Order, firstSlot: number): void {
  const from = Math.max(order.first, firstSlot) - firstSlot;
  const to = Math.min(order.last, firstSlot + pageSize - 1) - firstSlot;
  if (from > to || order.state === "lifted") return;
  if (order.slots === undefined) bits.fill(slotState.revoked, from, to + 1);
  // An order over single slots is over one page, which is this one.
  else for (const offset of offsetsOf(order.slots)) bits[offset] = slotState.revoked;
}

export function pageChange(key: string, bits: PageBits): StoreChange {
  const refusesSomebody = bits.includes(slotState.revoked);
  return { key, value: pageValue(bits), ...(refusesSomebody ? { whenFull: { key, value: "r" } } : {}) };
}

/** The shortest value for `bits`, read back before anybody else reads it: a wrong bit must not leave this function. */
function pageValue(bits: PageBits): string {
  const value = encodePage(bits);
  const decoded = decodePage(value);
  assert(
    decoded !== undefined && bits.every((state, slot) => state === slotState.any || state === decoded[slot]),
    "a page's text says what its bits say",
  );
  return value;
}

export async function desiredAuthorityRecord(authority: Authority): Promise<StoreChange> {
  const { id } = authority;
  const standing = hasStanding(authority);
  const value = buildAuthorityRecord({
    layout: standing ? authority.layout : "closed",
    id,
    notBeforeFloor: authority.notBeforeFloor,
    // The edge reads it of slots only; a serial has no floor.
    firstLiveSlot: isManaged(authority) ? authority.firstLiveSlot : 0,
    pins: authority.pins,
  });
  assert(value !== undefined, `authority ${id} has a record that fits`);
  // A kill switch always finds room.
  const whenFull = standing ? {} : { whenFull: await closedRecord(authority) };
  return { key: await authorityKey(authority.issuerDn), value, ...whenFull };
}

/** Refuses the authority's every certificate. No record of it is shorter, so it fits where any other stands. */
async function closedRecord(authority: Authority): Promise<{ readonly key: string; readonly value: string }> {
  return { key: await authorityKey(authority.issuerDn), value: `x ${authority.id} 0 0` };
}

/** Whether `stored` is the last resort of an authority that has standing: only the reconciler may open it again. */
export function isClosedForRoom(authority: Authority, stored: string | undefined): boolean {
  return hasStanding(authority) && stored === `x ${authority.id} 0 0`;
}

/** A revoked serial has no shorter form: a store without room for it refuses its whole authority. */
export async function serialChange(authority: Authority, serial: Serial): Promise<StoreChange> {
  return { key: serialKey(authority.id, serial), value: "", whenFull: await closedRecord(authority) };
}
