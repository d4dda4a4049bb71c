// A store with one ETag chain and all-or-nothing batches of at most 50 keys, and the registry it is made equal to.
import type { Authority } from "#core/authority/authority.ts";
import type { DeniedSlot, EdgeStore, PublicationRegistry, StoreChange } from "#core/publication/ports.ts";
import { anAuthority } from "#support/records.ts";

export type FakeStore = EdgeStore & {
  readonly contents: Map<string, string>;
  /** Sizes of the batches that were written. */
  readonly batches: number[];
  /** Somebody else's write: moves the tag on. */
  readonly touch: () => void;
  /** Called before each write is judged. */
  beforeWrite: () => void;
  full: boolean;
};

export function fakeStore(): FakeStore {
  let generation = 1;
  const store: FakeStore = {
    contents: new Map(),
    batches: [],
    touch: () => {
      generation += 1;
    },
    beforeWrite: () => undefined,
    full: false,
    readTag: async () => `tag-${generation}`,
    write: async (tag: string, puts: readonly StoreChange[]) => {
      if (puts.length > 50) throw new Error("a call takes at most 50 keys");
      store.beforeWrite();
      if (tag !== `tag-${generation}`) return { kind: "stale" };
      if (store.full) return { kind: "full" };
      generation += 1;
      for (const { key, value } of puts) store.contents.set(key, value);
      store.batches.push(puts.length);
      const totalBytes = [...store.contents].reduce(
        (sum, [key, value]) => sum + key.length + value.length,
        0,
      );
      return { kind: "written", tag: `tag-${generation}`, totalBytes, keyCount: store.contents.size };
    },
  };
  return store;
}

export type FakeRegistry = PublicationRegistry & {
  readonly denied: Map<string, readonly DeniedSlot[]>;
  readonly authorities: Map<string, Authority>;
  readonly calls: string[];
};

export function fakeRegistry(...authorities: readonly Authority[]): FakeRegistry {
  const registry: FakeRegistry = {
    denied: new Map(),
    authorities: new Map(authorities.map(authority => [authority.id, authority])),
    calls: [],
    listAuthorities: async () => [...registry.authorities.values()],
    readDeniedSlots: async page => {
      registry.calls.push(`read ${page}`);
      return registry.denied.get(page) ?? [];
    },
    recordProvisioned: async (id, provisionedSlots) => {
      registry.calls.push(`provisioned ${id} ${provisionedSlots}`);
      registry.authorities.set(id, anAuthority({ ...registry.authorities.get(id), provisionedSlots }));
    },
  };
  return registry;
}
