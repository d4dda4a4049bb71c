// An edge store that only counts: CloudFront's limits of 50 keys a call and 5,000,000 bytes, one ETag chain, no network.
import type { EdgeStore } from "#core/publication/ports.ts";

export type CountingStore = EdgeStore & {
  readonly items: Map<string, string>;
  /** Keys and values, as CloudFront is taken to count them. */
  readonly bytes: () => number;
  readonly calls: () => number;
};

export const storeLimits = { keysPerCall: 50, storeBytes: 5_000_000, valueBytes: 1_024 } as const;

/** `capacityBytes`: Infinity measures what would not fit. */
export function countingStore(capacityBytes: number = storeLimits.storeBytes): CountingStore {
  const items = new Map<string, string>();
  let bytes = 0;
  let calls = 0;
  // Every text here is ASCII: characters are bytes.
  const sizeOf = (key: string, value: string | undefined): number =>
    value === undefined ? 0 : key.length + value.length;
  return {
    items,
    bytes: () => bytes,
    calls: () => calls,
    readTag: async () => `tag-${calls}`,
    readUsage: async () => ({ totalBytes: bytes, keyCount: items.size, limitBytes: capacityBytes }),
    read: async key => items.get(key),
    list: async () => ({ tag: `tag-${calls}`, items }),
    write: async (tag, { puts, deletes }) => {
      if (puts.length + deletes.length > storeLimits.keysPerCall) throw new Error("over 50 keys in a call");
      if (puts.some(({ value }) => value.length > storeLimits.valueBytes))
        throw new Error("a value over 1 KB");
      if (tag !== `tag-${calls}`) return { kind: "stale" };
      let next = bytes;
      for (const key of deletes) next -= sizeOf(key, items.get(key));
      for (const { key, value } of puts) next += sizeOf(key, value) - sizeOf(key, items.get(key));
      if (next > capacityBytes) return { kind: "full" };
      for (const key of deletes) items.delete(key);
      for (const { key, value } of puts) items.set(key, value);
      bytes = next;
      calls += 1;
      return { kind: "written", tag: `tag-${calls}`, totalBytes: bytes, keyCount: items.size };
    },
  };
}
