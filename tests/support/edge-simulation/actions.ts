// What happens in the world meanwhile: issuing, revoking, holds and their end, orders over lots, whole fleets, time.
import { type OrderState, orderTransitions } from "#core/order/order.ts";
import { bitmapOf } from "#core/order/slot-bitmap.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { dayMs } from "#support/fixed-time.ts";
import { aSlot } from "#support/records.ts";
import {
  dateOf,
  deniedRow,
  mostSlots,
  recordAuthority,
  recordDenied,
  recordOrder,
  type World,
} from "./world.ts";

type Action = { readonly weight: number; readonly act: (world: World) => void };

const actions: readonly Action[] = [
  { weight: 6, act: issue },
  { weight: 30, act: world => revoke(world, issuedSlot(world)) },
  { weight: 10, act: hold },
  { weight: 12, act: resume },
  { weight: 3, act: burn },
  { weight: 8, act: order },
  { weight: 6, act: orderSlots },
  { weight: 10, act: advanceOrder },
  { weight: 2, act: revokeMany },
  { weight: 2, act: passTime },
];
const totalWeight = actions.reduce((sum, { weight }) => sum + weight, 0);

export function actAtRandom(world: World): void {
  let left = world.random.share() * totalWeight;
  for (const { weight, act } of actions) {
    left -= weight;
    if (left >= 0) continue;
    act(world);
    return;
  }
}

/** A block is cut from slots that have a page, and its certificates are issued at once. */
function issue(world: World): void {
  issueBlock(world, 1 + world.random.integer(600));
}

export function issueBlock(world: World, size: number): void {
  const { nextSlot, provisionedSlots } = world.authority;
  if (nextSlot + size > Math.min(provisionedSlots, mostSlots)) return;
  for (let slot = nextSlot; slot < nextSlot + size; slot += 1) {
    // One in five lives so short that it expires while the simulation runs.
    const days = world.random.share() < 0.2 ? 1 + world.random.integer(4) : 365;
    world.notAfterMs[slot] = world.nowMs + days * dayMs;
  }
  recordAuthority(world, { nextSlot: nextSlot + size });
}

export function issuedSlot(world: World): number {
  return world.random.integer(world.authority.nextSlot);
}

function revoke(world: World, slot: number): void {
  const state = deniedRow(world, slot)?.state;
  if (state === undefined || state === "held") recordDenied(world, slot, "revoked");
}

function hold(world: World): void {
  const slot = issuedSlot(world);
  if (deniedRow(world, slot) === undefined) recordDenied(world, slot, "held");
}

function resume(world: World): void {
  const held: number[] = [];
  for (const [key, rows] of world.denied) {
    const page = Number.parseInt(key.split(".")[1] ?? "", 16);
    for (const { offset, state } of rows.values()) if (state === "held") held.push(page * 4096 + offset);
  }
  const slot = held[world.random.integer(Math.max(1, held.length))];
  if (slot !== undefined) recordDenied(world, slot, undefined);
}

/** The CA may have signed something for this slot that nobody knows: refused for ever, whatever the date. */
function burn(world: World): void {
  const slot = issuedSlot(world);
  if (deniedRow(world, slot) !== undefined) return;
  world.notAfterMs[slot] = Number.POSITIVE_INFINITY;
  recordDenied(world, slot, "burnt");
}

/** Over a lot, or over what is left of one: also slots that are not issued yet. */
function order(world: World): void {
  const first = issuedSlot(world);
  const last = Math.min(mostSlots - 1, first + world.random.integer(9_000));
  const state: OrderState = world.random.share() < 0.6 ? "held" : "revoked";
  const id = `ord_${world.orders.size}`;
  const authorityId = world.authority.id;
  const at = dateOf(world.nowMs);
  recordOrder(world, {
    id,
    authorityId,
    first: aSlot(first),
    last: aSlot(last),
    state,
    actor: "simulation",
    at,
  });
}

/** Over any slots of one page. */
function orderSlots(world: World): void {
  const first = issuedSlot(world) & ~(pageSize - 1);
  const count = 1 + world.random.integer(world.random.share() < 0.5 ? 5 : 2_000);
  const offsets = Array.from({ length: count }, () => world.random.integer(pageSize));
  recordOrder(world, {
    id: `ord_${world.orders.size}`,
    authorityId: world.authority.id,
    first: aSlot(first),
    last: aSlot(first + pageSize - 1),
    slots: bitmapOf(offsets),
    state: world.random.share() < 0.6 ? "held" : "revoked",
    actor: "simulation",
    at: dateOf(world.nowMs),
  });
}

function advanceOrder(world: World): void {
  const open = [...world.orders.values()].filter(({ state }) => orderTransitions[state].length > 0);
  const found = open[world.random.integer(Math.max(1, open.length))];
  if (found === undefined) return;
  const next = orderTransitions[found.state];
  const state = next[world.random.integer(next.length)];
  if (state !== undefined) recordOrder(world, { ...found, state });
}

function revokeMany(world: World): void {
  const wanted = 50 + world.random.integer(400);
  for (let each = 0; each < wanted; each += 1) revoke(world, issuedSlot(world));
}

function passTime(world: World): void {
  world.nowMs += world.random.integer(1.5 * dayMs);
}
