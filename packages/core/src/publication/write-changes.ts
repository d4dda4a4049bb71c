// One writer's way through the store's ETag chain: tag first, then the registry, then batches under that tag.
// A tag that has moved means that what was computed may be old, so everything is computed again.
import { fail } from "#core/error.ts";
import type { EdgeStore, StoreChanges, StoreWriteResult } from "./ports.ts";

export type PublishResult = {
  readonly keys: number;
  readonly calls: number;
  readonly conflicts: number;
  /** Of the store after the last write; 0 when nothing was written. */
  readonly totalBytes: number;
  readonly keyCount: number;
};

export const nothingWritten: PublishResult = { keys: 0, calls: 0, conflicts: 0, totalBytes: 0, keyCount: 0 };

const keysPerCall = 50;
const mostConflicts = 10;

/**
 * Writes what `compute` answers, computing it anew after each conflict. Refuses with `edge_store.contended`,
 * `edge_store.full` (after the last resort was written) or `edge_store.unavailable`; repeating is always safe.
 */
export async function writeChanges(
  store: EdgeStore,
  compute: () => Promise<StoreChanges>,
): Promise<PublishResult> {
  for (let conflicts = 0; conflicts < mostConflicts; conflicts += 1) {
    const tag = await store.readTag();
    const written = await writeBatches(store, tag, await compute());
    if (written !== "stale") return { ...written, conflicts };
  }
  return fail("edge_store.contended", { retryAfterSeconds: 1 });
}

async function writeBatches(
  store: EdgeStore,
  firstTag: string,
  changes: StoreChanges,
): Promise<Omit<PublishResult, "conflicts"> | "stale"> {
  let result = { keys: 0, calls: 0, totalBytes: 0, keyCount: 0 };
  let tag = firstTag;
  let full = false;
  for (const batch of batchesOf(changes)) {
    let written = await store.write(tag, batch);
    if (written.kind === "full") {
      full = true;
      written = await writeLastResort(store, tag, lastResort(batch));
    }
    if (written.kind === "stale") return "stale";
    // The batches after this one are written all the same: a revocation in them must not wait for room in this one.
    if (written.kind === "full") continue;
    tag = written.tag;
    result = {
      keys: result.keys + batch.puts.length + batch.deletes.length,
      calls: result.calls + 1,
      totalBytes: written.totalBytes,
      keyCount: written.keyCount,
    };
  }
  if (full) fail("edge_store.full", { retryAfterSeconds: 60 });
  return result;
}

/** Deletes go first: they make the room that puts may need. */
function batchesOf({ puts, deletes }: StoreChanges): readonly StoreChanges[] {
  const batches: StoreChanges[] = [];
  for (let from = 0; from < deletes.length + puts.length; from += keysPerCall) {
    const to = from + keysPerCall;
    batches.push({
      deletes: deletes.slice(from, to),
      puts: puts.slice(Math.max(0, from - deletes.length), Math.max(0, to - deletes.length)),
    });
  }
  return batches;
}

/**
 * The store takes no more: each page that has somebody to refuse refuses all 4,096, in one character, and each authority
 * that has a serial to refuse refuses everybody. More are refused than should be, never fewer, and the alarm that
 * follows is the operator's to answer (threat F4).
 */
function lastResort({ puts, deletes }: StoreChanges): StoreChanges {
  const shrunk = new Map(
    puts.flatMap(({ whenFull }) => (whenFull === undefined ? [] : [[whenFull.key, whenFull.value] as const])),
  );
  return { puts: [...shrunk].map(([key, value]) => ({ key, value })), deletes };
}

/**
 * One key that is new to the store can keep the whole batch out. Alone, each that the store has already gets shorter
 * and so finds room; a page that it lacks is refused for that.
 */
async function writeLastResort(
  store: EdgeStore,
  tag: string,
  resort: StoreChanges,
): Promise<StoreWriteResult> {
  const singles = [
    ...resort.deletes.map(key => ({ puts: [], deletes: [key] })),
    ...resort.puts.map(put => ({ puts: [put], deletes: [] })),
  ];
  if (singles.length === 0) return { kind: "full" };
  let last = await store.write(tag, resort);
  if (last.kind !== "full" || singles.length === 1) return last;
  let written: StoreWriteResult = last;
  for (const single of singles) {
    last = await store.write(written.kind === "written" ? written.tag : tag, single);
    if (last.kind === "stale") return last;
    if (last.kind === "written") written = last;
  }
  return written;
}

/** Two runs as one; what the store holds is what the later one saw. */
export function bothPublished(first: PublishResult, later: PublishResult): PublishResult {
  const { totalBytes, keyCount } = later.calls > 0 ? later : first;
  return {
    keys: first.keys + later.keys,
    calls: first.calls + later.calls,
    conflicts: first.conflicts + later.conflicts,
    totalBytes,
    keyCount,
  };
}
