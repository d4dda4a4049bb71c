// Reads one key. The runtime's `get` rejects both when a key is missing and when the store fails; either way nothing is
// known, and every caller refuses.

import type { KeyValueStore } from "cloudfront";

export async function readKey(store: KeyValueStore, key: string): Promise<string | undefined> {
  try {
    return await store.get(key);
  } catch (_error) {
    return undefined;
  }
}
