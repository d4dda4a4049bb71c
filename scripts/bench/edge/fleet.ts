// A fleet of so many issued certificates, of which so many are revoked, in one of three patterns: as the registry rows
// that the publisher reads. Individual revocations are denied slots, whole lots are orders.
import type { Order } from "#core/order/order.ts";
import type { DeniedSlot, PublicationRegistry } from "#core/publication/ports.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { parsePageKey } from "#core/slot-page/parse-page-key.ts";
import { type Random, seeded } from "#support/edge-simulation/random.ts";
import { anAuthority, aSlot } from "#support/records.ts";

/**
 * `random`: anywhere. `lots`: whole lots of 5,000 slots, which do not line up with pages. `mixed`: as many lots as there
 * are in nine tenths, the rest anywhere.
 */
export const patterns = ["random", "lots", "mixed"] as const;
export type Pattern = (typeof patterns)[number];

export const lotSize = 5_000;
export const fleetNow = new Date("2026-03-01T12:00:00.000Z");
const notAfter = new Date("2027-03-01T12:00:00.000Z");
export const authorityId = "m1";

/** How many whole lots and how many single certificates that makes. */
export function split(revoked: number, pattern: Pattern): { readonly lots: number; readonly singly: number } {
  const share = { random: 0, lots: 1, mixed: 0.9 }[pattern];
  const lots = Math.floor((revoked * share) / lotSize);
  return { lots, singly: revoked - lots * lotSize };
}

/** Throws when whole lots do not make up `revoked` in the pattern `lots`. */
export function fleet(issued: number, revoked: number, pattern: Pattern, seed = 1): PublicationRegistry {
  const random = seeded(seed);
  const { lots, singly } = split(revoked, pattern);
  if (pattern === "lots" && singly > 0) throw new Error(`${revoked} is no number of whole lots`);
  const orders = chooseLots(issued, lots, random).map(toOrder);
  return fleetRegistry(chooseSlots(issued, singly, random), orders);
}

/** Rows as the publisher reads them. `singles`: one bit per slot. */
export function fleetRegistry(singles: Uint8Array, orders: readonly Order[]): PublicationRegistry {
  return {
    listAuthorities: async () => [authority],
    readDeniedSlots: async key => deniedSlots(singles, parsePageKey(key).page),
    readOrders: async (_authority, fromSlot) => orders.filter(({ last }) => last >= fromSlot),
    readSlotOrders: async () => [],
    readRevokedSerials: async () => new Set(),
    recordProvisioned: async () => undefined,
  };
}

export function pageCount(issued: number): number {
  return Math.ceil(issued / pageSize);
}

/** A bit per slot, exactly `wanted` of them set. */
export function chooseSlots(issued: number, wanted: number, random: Random): Uint8Array {
  const bits = new Uint8Array(Math.ceil(issued / 8));
  for (let chosen = 0; chosen < wanted; ) {
    const slot = random.integer(issued);
    const mask = 1 << (slot & 7);
    const octet = bits[slot >>> 3] ?? 0;
    if ((octet & mask) !== 0) continue;
    bits[slot >>> 3] = octet | mask;
    chosen += 1;
  }
  return bits;
}

export function anOrder(first: number, last: number): Order {
  return {
    id: `ord_${first}`,
    authorityId,
    first: aSlot(first),
    last: aSlot(last),
    state: "revoked",
    actor: "bench",
    at: fleetNow,
  };
}

function chooseLots(issued: number, wanted: number, random: Random): readonly number[] {
  const chosen = new Set<number>();
  while (chosen.size < wanted) chosen.add(random.integer(Math.floor(issued / lotSize)));
  return [...chosen];
}

function toOrder(lot: number): Order {
  return anOrder(lot * lotSize, (lot + 1) * lotSize - 1);
}

function deniedSlots(singles: Uint8Array, page: number): readonly DeniedSlot[] {
  const denied: DeniedSlot[] = [];
  const first = (page * pageSize) / 8;
  for (let index = 0; index < pageSize / 8; index += 1) {
    const octet = singles[first + index] ?? 0;
    for (let bit = 0; octet >> bit !== 0; bit += 1) {
      if (((octet >> bit) & 1) === 1) denied.push({ offset: index * 8 + bit, state: "revoked", notAfter });
    }
  }
  return denied;
}

const authority = anAuthority({ id: authorityId, provisionedSlots: 0 });
