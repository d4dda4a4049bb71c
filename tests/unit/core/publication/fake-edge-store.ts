// A store with one ETag chain and all-or-nothing batches of at most 50 keys, and the registry it is made equal to.
import { type Authority, isManaged } from "#core/authority/authority.ts";
import { isSlotOrder, type Order } from "#core/order/order.ts";
import type { DeniedSlot, EdgeStore, PublicationRegistry } from "#core/publication/ports.ts";
import { serialKey } from "#core/slot-page/serial-key.ts";
import { pageOf } from "#core/slot-page/slot.ts";

export type FakeStore = EdgeStore & {
  readonly contents: Map<string, string>;
  /** Sizes of the batches that were written. */
  readonly batches: number[];
  /** Somebody else's write: moves the tag on. */
  readonly touch: () => void;
  /** Called before each write is judged. */
  beforeWrite: () => void;
  /** Keys and values together. */
  capacityBytes: number;
};

const bytesOf = (contents: ReadonlyMap<string, string>): number => [...contents].flat().join("").length;

export function fakeStore(): FakeStore {
  let generation = 1;
  const store: FakeStore = {
    contents: new Map(),
    batches: [],
    touch: () => {
      generation += 1;
    },
    beforeWrite: () => undefined,
    capacityBytes: 5_000_000,
    readTag: async () => `tag-${generation}`,
    readUsage: async () => ({
      totalBytes: bytesOf(store.contents),
      keyCount: store.contents.size,
      limitBytes: store.capacityBytes,
    }),
    read: async key => store.contents.get(key),
    list: async () => ({ tag: `tag-${generation}`, items: new Map(store.contents) }),
    write: async (tag, { puts, deletes }) => {
      const size = puts.length + deletes.length;
      if (size > 50) throw new Error("a call takes at most 50 keys");
      store.beforeWrite();
      if (tag !== `tag-${generation}`) return { kind: "stale" };
      const next = new Map([...store.contents, ...puts.map(({ key, value }) => [key, value] as const)]);
      for (const key of deletes) next.delete(key);
      if (bytesOf(next) > store.capacityBytes) return { kind: "full" };
      generation += 1;
      store.contents.clear();
      for (const [key, value] of next) store.contents.set(key, value);
      store.batches.push(size);
      return { kind: "written", tag: `tag-${generation}`, totalBytes: bytesOf(next), keyCount: next.size };
    },
  };
  return store;
}

export type FakeRegistry = PublicationRegistry & {
  readonly denied: Map<string, readonly DeniedSlot[]>;
  readonly orders: Order[];
  /** Store keys of the revoked serials. */
  readonly revoked: Set<string>;
  readonly authorities: Map<string, Authority>;
  readonly calls: string[];
};

export function fakeRegistry(...authorities: readonly Authority[]): FakeRegistry {
  const registry: FakeRegistry = {
    denied: new Map(),
    orders: [],
    revoked: new Set(),
    authorities: new Map(authorities.map(authority => [authority.id, authority])),
    calls: [],
    listAuthorities: async () => [...registry.authorities.values()],
    readDeniedSlots: async page => {
      registry.calls.push(`read ${page}`);
      return registry.denied.get(page) ?? [];
    },
    readRevokedSerials: async (authorityId, serials) =>
      new Set(serials.filter(serial => registry.revoked.has(serialKey(authorityId, serial)))),
    readOrders: async (authorityId, fromSlot) =>
      registry.orders.filter(
        order => order.authorityId === authorityId && order.slots === undefined && order.last >= fromSlot,
      ),
    readSlotOrders: async (authorityId, fromPage, toPage) =>
      registry.orders
        .filter(isSlotOrder)
        .filter(order => order.authorityId === authorityId)
        .filter(({ first }) => fromPage <= pageOf(first) && pageOf(first) <= toPage),
    recordProvisioned: async (id, provisionedSlots) => {
      registry.calls.push(`provisioned ${id} ${provisionedSlots}`);
      const row = registry.authorities.get(id);
      if (row !== undefined && isManaged(row)) registry.authorities.set(id, { ...row, provisionedSlots });
    },
  };
  return registry;
}
