// The registry of the simulation and what must be true at the edges: rows as the publisher reads them, and for each
// slot whether it is refused, was a moment ago, or may be either because the news is still on its way.
import type { ManagedAuthority } from "#core/authority/authority.ts";
import { type Order, refuses } from "#core/order/order.ts";
import type { DeniedSlot } from "#core/publication/ports.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { offsetOf, pageKey, pageOf } from "#core/slot-page/slot.ts";
import { noon } from "#support/fixed-time.ts";
import { anAuthority, aSlot } from "#support/records.ts";
import type { Random } from "./random.ts";

/** From the store's acknowledgement until the slowest edge has a change. */
export const propagationMs = 500;
export const mostSlots = 24 * pageSize;

const mostRecent = 400;

/** One row that changed, from the commit until every edge knows. */
export type Change = {
  readonly first: number;
  /** Whether each slot from `first` on was refused before. */
  readonly refusedBefore: Uint8Array;
  readonly pages: readonly string[];
  /** Whether the authority's own row changed: its slots were handed out, so pages may be needed. */
  readonly authority: boolean;
  settlesAtMs: number;
};

export type World = {
  readonly random: Random;
  nowMs: number;
  authority: ManagedAuthority;
  readonly denied: Map<string, Map<number, DeniedSlot>>;
  readonly orders: Map<string, Order>;
  readonly notAfterMs: Float64Array;
  /** The truth: 1 where the registry refuses the slot now. */
  readonly refused: Uint8Array;
  /** The table's stream: what the publisher has not acknowledged yet. */
  readonly stream: Set<Change>;
  /** Changes of one slot and of ranges that some edge may not know yet. */
  readonly unsettledBySlot: Map<number, readonly Change[]>;
  unsettledRanges: readonly Change[];
  /** When every edge has all pages below `provisionedSlots`, by page. */
  readonly pageSettlesAtMs: number[];
  /** Slots whose state changed last, and their neighbours: where a mistake would show. */
  readonly recent: number[];
  readonly violations: string[];
  readonly counts: { handshakes: number; publications: number; crashes: number };
};

export function aWorld(random: Random): World {
  return {
    random,
    nowMs: noon.getTime(),
    authority: anAuthority({ provisionedSlots: 0 }),
    denied: new Map(),
    orders: new Map(),
    notAfterMs: new Float64Array(mostSlots).fill(Number.POSITIVE_INFINITY),
    refused: new Uint8Array(mostSlots),
    stream: new Set(),
    unsettledBySlot: new Map(),
    unsettledRanges: [],
    pageSettlesAtMs: [],
    recent: [],
    violations: [],
    counts: { handshakes: 0, publications: 0, crashes: 0 },
  };
}

export function dateOf(ms: number): Date {
  return new Date(ms);
}

export function deniedRow(world: World, slot: number): DeniedSlot | undefined {
  return world.denied.get(pageKeyOf(world, slot))?.get(offsetOf(aSlot(slot)));
}

/** Writes or deletes the row of one slot. */
export function recordDenied(world: World, slot: number, state: DeniedSlot["state"] | undefined): void {
  const key = pageKeyOf(world, slot);
  const rows = world.denied.get(key) ?? new Map<number, DeniedSlot>();
  world.denied.set(key, rows);
  const offset = offsetOf(aSlot(slot));
  const notAfter = dateOf(Math.min(world.notAfterMs[slot] ?? 0, 8.64e15));
  if (state === undefined) rows.delete(offset);
  else rows.set(offset, { offset, state, notAfter });
  const change = aChange(world, { first: slot, last: slot, pages: [key] });
  world.unsettledBySlot.set(slot, [...(world.unsettledBySlot.get(slot) ?? []), change]);
  judgeAgain(world, slot, slot);
}

/** Writes an order, or its next state. */
export function recordOrder(world: World, order: Order): void {
  world.orders.set(order.id, order);
  const { first, last } = order;
  const pages = new Set<string>();
  for (let page = pageOf(first); page <= pageOf(last); page += 1)
    pages.add(pageKey(world.authority.id, page));
  const change = aChange(world, { first, last, pages: [...pages] });
  world.unsettledRanges = [...world.unsettledRanges.filter(old => !isSettled(world, old)), change];
  judgeAgain(world, first, last);
}

/** The authority's row: slots are handed out, or its first state is recorded. */
export function recordAuthority(world: World, parts: Partial<ManagedAuthority>): void {
  world.authority = { ...world.authority, ...parts };
  world.stream.add({
    first: 0,
    refusedBefore: new Uint8Array(0),
    pages: [],
    authority: true,
    settlesAtMs: Number.POSITIVE_INFINITY,
  });
}

/** What an edge may say of a certificate now. */
export function allowedAnswers(world: World, slot: number): "refused" | "admitted" | "either" {
  if (world.nowMs > (world.notAfterMs[slot] ?? 0)) return "either"; // refused for its dates before a page is read
  const refused = world.refused[slot];
  const pageSettled = (world.pageSettlesAtMs[pageOf(aSlot(slot))] ?? Number.POSITIVE_INFINITY) <= world.nowMs;
  // Before its page is everywhere, a slot is refused for want of it.
  if (!pageSettled && refused === 0) return "either";
  for (const change of unsettledOf(world, slot))
    if (change.refusedBefore[slot - change.first] !== refused) return "either";
  return refused === 1 ? "refused" : "admitted";
}

function unsettledOf(world: World, slot: number): readonly Change[] {
  const ranges = world.unsettledRanges.filter(
    change =>
      change.first <= slot && slot < change.first + change.refusedBefore.length && !isSettled(world, change),
  );
  const known = world.unsettledBySlot.get(slot);
  if (known === undefined) return ranges;
  const own = known.filter(change => !isSettled(world, change));
  if (own.length === 0) world.unsettledBySlot.delete(slot);
  return [...ranges, ...own];
}

function isSettled(world: World, change: Change): boolean {
  return change.settlesAtMs <= world.nowMs;
}

function aChange(
  world: World,
  {
    first,
    last,
    pages,
  }: { readonly first: number; readonly last: number; readonly pages: readonly string[] },
): Change {
  const change: Change = {
    first,
    refusedBefore: world.refused.slice(first, last + 1),
    pages,
    authority: false,
    settlesAtMs: Number.POSITIVE_INFINITY,
  };
  world.stream.add(change);
  world.recent.push(first - 1, first, Math.floor((first + last) / 2), last, last + 1);
  if (world.recent.length > mostRecent) world.recent.splice(0, world.recent.length - mostRecent);
  return change;
}

function judgeAgain(world: World, first: number, last: number): void {
  const orders = [...world.orders.values()];
  for (let slot = first; slot <= last; slot += 1) {
    const isRefused = deniedRow(world, slot) !== undefined || orders.some(order => refuses(order, slot));
    world.refused[slot] = isRefused ? 1 : 0;
  }
}

function pageKeyOf(world: World, slot: number): string {
  return pageKey(world.authority.id, pageOf(aSlot(slot)));
}
