// The whole simulation from one seed: no revoked certificate admitted once effective, no good one refused, and no
// difference between registry, store and edges left at the end.

import { desiredBits } from "#core/publication/desired.ts";
import { differsInMeaning } from "#core/slot-page/decode.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { parsePageKey } from "#core/slot-page/parse-page-key.ts";
import { pageKey } from "#core/slot-page/slot.ts";
import { actAtRandom, issueBlock, issuedSlot } from "./actions.ts";
import { admits, anEdge, type Edge, readAt } from "./edges.ts";
import { type Defect, type PublisherSetting, runPublisher, type Store } from "./publisher.ts";
import { seeded } from "./random.ts";
import { allowedAnswers, aWorld, dateOf, propagationMs, recordAuthority, type World } from "./world.ts";

export type SimulationOptions = {
  readonly seed: number;
  readonly steps: number;
  /** In each step, besides those between the publisher's calls; 250 when not given. */
  readonly handshakesPerStep?: number;
  readonly defect?: Defect;
};

export type SimulationResult = {
  /** While changes were on their way; those of which either answer is right are not counted. */
  readonly handshakes: number;
  readonly publications: number;
  readonly crashes: number;
  readonly storeWrites: number;
  readonly issued: number;
  /** Sentences; empty when everything held. */
  readonly violations: readonly string[];
};

const edgeCount = 4;
/** Ten pages, so that most changes leave most pages alone and a wrong one is not written over at once. */
const firstBlock = 40_000;
const crashShare = 0.01;
const mostPublishers = 2;

export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const { seed, steps, handshakesPerStep = 250, defect } = options;
  const world = aWorld(seeded(seed));
  const edges = Array.from({ length: edgeCount }, anEdge);
  const store: Store = { items: new Map(), writes: 0 };
  let publishers = 0;
  const setting: PublisherSetting = {
    ...{ world, store, edges, defect, crashes: crashShare },
    meanwhileAlone: () => moveOn(world, edges),
    meanwhile: async () => {
      await moveOn(world, edges);
      if (publishers < mostPublishers && world.random.share() < 0.4) await start(setting);
    },
  };
  const start = async (chosen: PublisherSetting): Promise<void> => {
    publishers += 1;
    await runPublisher(chosen);
    publishers -= 1;
  };
  const calm = async (): Promise<void> => undefined;
  const undisturbed: PublisherSetting = { ...setting, crashes: 0, meanwhile: calm, meanwhileAlone: calm };
  recordAuthority(world, {});
  await start(undisturbed);
  issueBlock(world, firstBlock);
  for (let step = 0; step < steps; step += 1) {
    for (let actions = world.random.integer(6); actions > 0; actions -= 1) actAtRandom(world);
    await shakeHands(world, edges, handshakesPerStep);
    await start(setting);
  }
  const { handshakes, publications, crashes } = world.counts;
  while (world.stream.size > 0) await start(undisturbed);
  world.nowMs += propagationMs;
  await compareAll(world, store, edges);
  const { violations, authority } = world;
  return {
    handshakes,
    publications,
    crashes,
    violations,
    storeWrites: store.writes,
    issued: authority.nextSlot,
  };
}

async function moveOn(world: World, edges: readonly Edge[]): Promise<void> {
  world.nowMs += world.random.integer(100);
  if (world.random.share() < 0.5) actAtRandom(world);
  if (world.random.share() < 0.3) await shakeHands(world, edges, 8);
}

async function shakeHands(world: World, edges: readonly Edge[], count: number): Promise<void> {
  for (let each = 0; each < count; each += 1) {
    const edge = edges[world.random.integer(edges.length)];
    const recent = world.recent[world.random.integer(2 * world.recent.length)];
    const slot = recent !== undefined && isIssued(world, recent) ? recent : issuedSlot(world);
    if (edge !== undefined) await shakeHand(world, edge, slot);
  }
}

function isIssued(world: World, slot: number): boolean {
  return slot >= 0 && slot < world.authority.nextSlot;
}

async function shakeHand(world: World, edge: Edge, slot: number): Promise<void> {
  const allowed = allowedAnswers(world, slot);
  if (allowed === "either") return;
  world.counts.handshakes += 1;
  const answer = (await admits(world, edge, slot)) ? "admitted" : "refused";
  if (answer !== allowed)
    world.violations.push(
      `slot ${slot} is ${answer} and must be ${allowed} (handshake ${world.counts.handshakes})`,
    );
}

/** Certificates of every page, every bit of the store against the rows, every edge against the store. */
async function compareAll(world: World, store: Store, edges: readonly Edge[]): Promise<void> {
  for (let slot = 0; slot < world.authority.nextSlot; slot += 7) {
    const edge = edges[slot % edges.length];
    if (edge !== undefined) await shakeHand(world, edge, slot);
  }
  for (let slot = 0; slot < world.authority.provisionedSlots; slot += pageSize) {
    const key = pageKey(world.authority.id, slot / pageSize);
    if (differsInMeaning(store.items.get(key), truth(world, key)))
      world.violations.push(`page ${key} differs`);
  }
  for (const [key, value] of store.items)
    for (const edge of edges)
      if (readAt(edge, key, world.nowMs) !== value) world.violations.push(`an edge has another ${key}`);
}

function truth(world: World, key: string): Uint8Array {
  const rows = {
    firstSlot: parsePageKey(key).page * pageSize,
    denied: [...(world.denied.get(key)?.values() ?? [])],
    orders: [...world.orders.values()],
  };
  return desiredBits(rows, dateOf(world.nowMs)).slice();
}
