// What a user would do instead: one key per revoked serial with an empty value, as AWS documents it. Written through the
// same batches of 50 as ours.
import type { StoreChange } from "#core/publication/ports.ts";
import { writeChanges } from "#core/publication/write-changes.ts";
import { seeded } from "#support/edge-simulation/random.ts";
import { countingStore } from "./counting-store.ts";

/** 16 octets, as Private CA makes them, in bare hex: the shortest spelling that AWS's samples use. */
export function serialKeys(wanted: number): readonly string[] {
  const { integer } = seeded(16);
  const word = (): string =>
    integer(2 ** 32)
      .toString(16)
      .padStart(8, "0");
  return Array.from({ length: wanted }, () => word() + word() + word() + word());
}

export async function serialCalls(revoked: number): Promise<number> {
  const { calls } = await writeChanges(countingStore(Number.POSITIVE_INFINITY), async () => changes(revoked));
  return calls;
}

/** How many serials a store of 5,000,000 bytes takes, and the bytes of one. */
export async function serialCapacity(): Promise<{ readonly serials: number; readonly bytesEach: number }> {
  const store = countingStore();
  // More than fit: the store refuses the last batches.
  await writeChanges(store, async () => changes(200_000)).catch(() => undefined);
  return { serials: store.items.size, bytesEach: store.bytes() / store.items.size };
}

function changes(revoked: number): { readonly puts: readonly StoreChange[]; readonly deletes: readonly [] } {
  return { puts: serialKeys(revoked).map(key => ({ key, value: "" })), deletes: [] };
}
