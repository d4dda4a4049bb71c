// What one edge location sees of a KeyValueStore: the acknowledged content, each change some time later.
// Reads are by the clock, so a moved clock shows exactly what would be visible then; a timer serves the listeners.
import type { EdgeReplica as ReadableReplica } from "../edge/replica.ts";
import type { Clock } from "../wire/clock.ts";
import type { Change } from "./limits.ts";
import type { Commit, Item, StoreState } from "./store.ts";

/** `meta().lastUpdatedDateTime` is the source's time of the newest visible change: it leaves the propagation out. */
export type EdgeReplica = ReadableReplica & {
  /** Calls `listener` with the keys that have just become visible. Answers the function that stops it. */
  readonly onApplied: (listener: (keys: readonly string[]) => void) => () => void;
};

/** Milliseconds that one change of one key takes to reach this location. */
export type PropagationDelay = () => number;

type Pending = Change & { readonly dueMs: number; readonly modifiedAtMs: number };

export type ReplicaFeed = {
  readonly replica: EdgeReplica;
  readonly take: (commit: Commit) => void;
  readonly stop: () => void;
};

export type ReplicaOptions = {
  readonly state: StoreState;
  readonly items: readonly Item[];
  readonly clock: Clock;
  readonly delay: PropagationDelay;
};

// A clock that a test moves cannot wake a timer, so a waiting replica looks at it this often.
const lookEveryMs = 25;

export function startReplica(options: ReplicaOptions): ReplicaFeed {
  const { clock, delay } = options;
  const content = visibleContent(options);
  const queue = pendingQueue();
  const listeners = new Set<(keys: readonly string[]) => void>();
  const nowMs = () => clock.now().getTime();
  let timer: NodeJS.Timeout | undefined;

  const settle = (): void => {
    const ready = queue.takeDue(nowMs());
    for (const change of ready) content.show(change);
    clearTimeout(timer);
    const next = queue.nextDueMs();
    timer = next === undefined ? undefined : setTimeout(settle, waitMs(next - nowMs()));
    timer?.unref();
    if (ready.length > 0) for (const listener of listeners) listener(ready.map(change => change.key));
  };
  const settled = (): VisibleContent => {
    if (queue.hasDue(nowMs())) settle();
    return content;
  };

  return {
    replica: {
      get: key => settled().get(key),
      exists: key => settled().exists(key),
      meta: () => settled().meta(),
      onApplied: listener => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    take: ({ changes, state }) => {
      for (const change of changes) {
        queue.add({ ...change, dueMs: nowMs() + delay(), modifiedAtMs: state.modifiedAtMs });
      }
      settle();
    },
    stop: () => clearTimeout(timer),
  };
}

type VisibleContent = ReturnType<typeof visibleContent>;

function visibleContent({ state, items }: Pick<ReplicaOptions, "state" | "items">) {
  const values = new Map(items.map(item => [item.key, item.value]));
  let modifiedAtMs = state.modifiedAtMs;
  return {
    get: (key: string) => values.get(key),
    exists: (key: string) => values.has(key),
    meta: () => ({
      creationDateTime: new Date(state.createdAtMs).toISOString(),
      lastUpdatedDateTime: new Date(modifiedAtMs).toISOString(),
      keyCount: values.size,
    }),
    show: (change: Pending): void => {
      if (change.value === undefined) values.delete(change.key);
      else values.set(change.key, change.value);
      modifiedAtMs = Math.max(modifiedAtMs, change.modifiedAtMs);
    },
  };
}

function waitMs(remainingMs: number): number {
  return Math.min(Math.max(remainingMs, 0), lookEveryMs);
}

/** Changes by the time they become visible. A later change of a key never overtakes an earlier one of that key. */
function pendingQueue() {
  const waiting: Pending[] = [];
  const lastDueMs = new Map<string, number>();
  return {
    add: (change: Pending): void => {
      const dueMs = Math.max(change.dueMs, lastDueMs.get(change.key) ?? 0);
      lastDueMs.set(change.key, dueMs);
      // Delays are mostly alike, so the place is at or near the end.
      let index = waiting.length;
      while (index > 0 && (waiting[index - 1]?.dueMs ?? 0) > dueMs) index -= 1;
      waiting.splice(index, 0, { ...change, dueMs });
    },
    hasDue: (nowMs: number): boolean => (waiting[0]?.dueMs ?? Number.POSITIVE_INFINITY) <= nowMs,
    nextDueMs: (): number | undefined => waiting[0]?.dueMs,
    takeDue: (nowMs: number): readonly Pending[] => {
      const later = waiting.findIndex(change => change.dueMs > nowMs);
      const due = waiting.splice(0, later === -1 ? waiting.length : later);
      for (const change of due) if (lastDueMs.get(change.key) === change.dueMs) lastDueMs.delete(change.key);
      return due;
    },
  };
}
