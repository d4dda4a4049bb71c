// The real publisher between stand-ins of registry and store. Around each of its calls the world moves on, another
// publisher may run, and the process may die.
import { AppError } from "#core/error.ts";
import { isSlotOrder } from "#core/order/order.ts";
import type { EdgeStore, PublicationRegistry } from "#core/publication/ports.ts";
import { publishAuthority } from "#core/publication/provision.ts";
import { publish } from "#core/publication/publish.ts";
import { pageSize } from "#core/slot-page/page.ts";
import { pageOf } from "#core/slot-page/slot.ts";
import { type Edge, spread } from "./edges.ts";
import { type Change, dateOf, propagationMs, type World } from "./world.ts";

export type Store = { readonly items: Map<string, string>; writes: number };

export type PublisherSetting = {
  readonly world: World;
  readonly store: Store;
  readonly edges: readonly Edge[];
  /** Share of calls before or after which the publisher dies. */
  readonly crashes: number;
  /** Runs between calls: time, changes, handshakes, another publisher. */
  readonly meanwhile: () => Promise<void>;
  /** The same, without another publisher, for calls of which several are made at once. */
  readonly meanwhileAlone: () => Promise<void>;
  /** A defect on purpose, to show that the simulation would find it. */
  readonly defect?: Defect | undefined;
};

/** A store without an ETag; a stream that forgets what a dead publisher had taken. */
export type Defect = "stale-writes-succeed" | "crash-loses-batch";

class Crash extends Error {}

const keysPerCall = 50;

/** Takes some of the stream, publishes it, and acknowledges it if it lived to the end. */
export async function runPublisher(setting: PublisherSetting): Promise<void> {
  const { world } = setting;
  const batch = takeBatch(world);
  const pages = [...new Set(batch.flatMap(change => change.pages))];
  const deps = { registry: registryOf(setting), store: storeOf(setting), now: () => dateOf(world.nowMs) };
  try {
    await publish(deps, { pages, authorities: [] });
    if (batch.some(({ authority }) => authority)) await publishAuthority(deps, world.authority.id);
    world.counts.publications += 1;
  } catch (error) {
    const contended = error instanceof AppError && error.code === "edge_store.contended";
    if (!contended && !(error instanceof Crash)) throw error;
    world.counts.crashes += 1;
    if (setting.defect !== "crash-loses-batch") return;
  }
  for (const change of batch) {
    change.settlesAtMs = Math.min(change.settlesAtMs, world.nowMs + propagationMs);
    world.stream.delete(change);
  }
}

/** The oldest changes or the newest: a reconciler or a second shard does not wait for its turn. */
function takeBatch({ random, stream }: World): readonly Change[] {
  const size = 1 + random.integer(random.share() < 0.5 ? 10 : 1_000);
  const from = random.share() < 0.5 ? 0 : Math.max(0, stream.size - size);
  return [...stream].slice(from, from + size);
}

function registryOf(setting: PublisherSetting): PublicationRegistry {
  const { world } = setting;
  return {
    listAuthorities: () => around(setting, setting.meanwhile, () => [world.authority]),
    readDeniedSlots: page =>
      around(setting, setting.meanwhileAlone, () => [...(world.denied.get(page)?.values() ?? [])]),
    readOrders: (_authority, fromSlot) =>
      around(setting, setting.meanwhileAlone, () =>
        [...world.orders.values()].filter(({ last, slots }) => slots === undefined && last >= fromSlot),
      ),
    readSlotOrders: (_authority, fromPage, toPage) =>
      around(setting, setting.meanwhileAlone, () =>
        [...world.orders.values()]
          .filter(isSlotOrder)
          .filter(({ first }) => fromPage <= pageOf(first) && pageOf(first) <= toPage),
      ),
    readRevokedSerials: async () => new Set(),
    recordProvisioned: (_authority, provisionedSlots) =>
      around(setting, setting.meanwhile, () => provision(world, provisionedSlots)),
  };
}

function provision(world: World, provisionedSlots: number): void {
  const from = world.authority.provisionedSlots;
  if (provisionedSlots <= from) return;
  for (let slot = from; slot < provisionedSlots; slot += pageSize)
    world.pageSettlesAtMs[slot / pageSize] = world.nowMs + propagationMs;
  world.authority = { ...world.authority, provisionedSlots };
}

function storeOf(setting: PublisherSetting): EdgeStore {
  const { store, world, edges } = setting;
  const totalBytes = (): number =>
    [...store.items].reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  const usage = () => ({ totalBytes: totalBytes(), keyCount: store.items.size, limitBytes: 5_000_000 });
  const tag = (): string => `tag-${store.writes}`;
  return {
    readTag: () => around(setting, setting.meanwhile, tag),
    readUsage: () => around(setting, setting.meanwhile, usage),
    read: key => around(setting, setting.meanwhile, () => store.items.get(key)),
    list: () => around(setting, setting.meanwhile, () => ({ tag: tag(), items: new Map(store.items) })),
    write: (expected, changes) =>
      around(setting, setting.meanwhile, () => {
        if (changes.puts.length + changes.deletes.length > keysPerCall)
          throw new Error("over 50 keys in a call");
        if (expected !== tag() && setting.defect !== "stale-writes-succeed") return { kind: "stale" };
        store.writes += 1;
        for (const key of changes.deletes) store.items.delete(key);
        for (const { key, value } of changes.puts) store.items.set(key, value);
        spread(world, edges, changes);
        return { kind: "written", tag: tag(), totalBytes: totalBytes(), keyCount: store.items.size };
      }),
  };
}

/** The call takes effect at one instant, with other things before and after it, and may be the last before or after. */
async function around<T>(
  { world, crashes }: PublisherSetting,
  meanwhile: () => Promise<void>,
  call: () => T,
): Promise<T> {
  await meanwhile();
  if (world.random.share() < crashes) throw new Crash("before a call");
  const result = call();
  if (world.random.share() < crashes) throw new Crash("after a call");
  await meanwhile();
  return result;
}
