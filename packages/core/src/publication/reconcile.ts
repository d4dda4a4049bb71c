// The full comparison of the registry with the edge store, both ways, and its repair (threat G2). Listing and registry
// are read at different moments, so a difference counts as drift only when a second look, after publications under way
// have had time to arrive, finds the same stored text still wrong.
import { edgeDriftDetected } from "#core/event/edge-drift.ts";
import type { OutgoingEvent } from "#core/event/outgoing.ts";
import { generationKey } from "#core/slot-page/generation.ts";
import { consistentListing } from "./consistent-listing.ts";
import { readDesired } from "./desired-content.ts";
import { type DifferenceKind, differenceKinds, differenceOf } from "./difference.ts";
import type { EdgeStatusRegistry, Reconciliation } from "./edge-status.ts";
import { expectedKeys, type ListRevokedSerials } from "./expected-keys.ts";
import type { EdgeStore } from "./ports.ts";
import type { PublishDeps } from "./publish.ts";
import { repair } from "./repair.ts";

export type ReconcileDeps = PublishDeps & {
  readonly status: EdgeStatusRegistry;
  readonly listRevokedSerials: ListRevokedSerials;
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Puts an event in the outbox; the same event of the same run is put once. */
  readonly emit: (event: OutgoingEvent, runId: string, at: Date) => Promise<void>;
};

export type ReconcileRun = {
  /** Names the run in its events. */
  readonly id: string;
  /** No slice is begun after this; second look, repair and report still follow. */
  readonly until: Date;
};

/** The publisher is awake within a second of a commit; what it has not written after three is late. */
export const settleMs = 3_000;

/** About half a second's work: one query per page, sixteen at once. */
const keysPerSlice = 1_000;

/** One GetKey each; beyond that a new listing is the cheaper second look (50 keys a call). */
const mostSingleReads = 200;

const keysNamed = 100;

/** A key with the text that it was found with. */
type Suspects = ReadonlyMap<string, string | undefined>;

/**
 * Compares from where the last run stopped, tells of drift, repairs what differs. Refuses with `edge_store.contended`
 * or `edge_store.unavailable`; every run, whole or broken off, may be repeated.
 */
export async function reconcile(deps: ReconcileDeps, run: ReconcileRun): Promise<Reconciliation> {
  const startedAt = deps.now();
  const { reconciliation: previous } = await deps.status.readEdgeStatus();
  const { suspects, ...extent } = await firstLook(deps, previous?.stoppedAfter, run.until);
  const { wrong, ...found } = await secondLook(deps, suspects);
  // Told before it is mended: a crash in between repeats the news and never swallows it.
  for (const event of edgeDriftDetected(run.id, found.differences))
    await deps.emit(event, run.id, deps.now());
  const repaired = await repair(deps, wrong);
  const result = { id: run.id, startedAt, finishedAt: deps.now(), ...extent, ...found, ...repaired };
  await deps.status.recordReconciliation(result);
  return result;
}

type FirstLook = { readonly suspects: Suspects } & Pick<Reconciliation, "keysCompared" | "stoppedAfter">;

async function firstLook(
  { registry, store, listRevokedSerials, now }: ReconcileDeps,
  after: string | undefined,
  until: Date,
): Promise<FirstLook> {
  // Store first: whatever a publisher has written by then, the registry said before.
  const { items } = await consistentListing(store);
  const keys = new Set<string>([generationKey, ...items.keys()]);
  for (const authority of await registry.listAuthorities())
    for await (const key of expectedKeys(authority, listRevokedSerials)) keys.add(key);
  const waiting = [...keys].filter(key => after === undefined || key > after).sort();
  const suspects = new Map<string, string | undefined>();
  for (let from = 0; from < waiting.length; from += keysPerSlice) {
    const stoppedAfter = waiting[from - 1];
    if (stoppedAfter !== undefined && now() >= until) return { suspects, keysCompared: from, stoppedAfter };
    const slice = waiting.slice(from, from + keysPerSlice);
    for (const [key, desired] of await readDesired(registry, slice, now())) {
      if (differenceOf(items.get(key), desired) !== undefined) suspects.set(key, items.get(key));
    }
  }
  return { suspects, keysCompared: waiting.length };
}

type SecondLook = Pick<Reconciliation, "differences" | "inFlight"> & {
  readonly wrong: ReadonlyMap<string, DifferenceKind>;
};

/** A text that has changed since was written by a publisher, who knew the registry: what it lacks now is newer still. */
async function secondLook(deps: ReconcileDeps, suspects: Suspects): Promise<SecondLook> {
  if (suspects.size > 0) await deps.wait(settleMs);
  const stored = await readAgain(deps.store, [...suspects.keys()]);
  const wrong = new Map<string, DifferenceKind>();
  const drifted: Record<DifferenceKind, string[]> = { missing: [], altered: [], extra: [], coarse: [] };
  const desired = await readDesired(deps.registry, [...suspects.keys()], deps.now());
  for (const [key, content] of desired) {
    const kind = differenceOf(stored.get(key), content);
    if (kind === undefined) continue;
    wrong.set(key, kind);
    if (stored.get(key) === suspects.get(key)) drifted[kind].push(key);
  }
  const count = differenceKinds.reduce((sum, kind) => sum + drifted[kind].length, 0);
  return { wrong, inFlight: suspects.size - count, differences: named(drifted) };
}

async function readAgain(store: EdgeStore, keys: readonly string[]): Promise<Suspects> {
  if (keys.length > mostSingleReads) return (await consistentListing(store)).items;
  const stored = new Map<string, string | undefined>();
  for (const key of keys) stored.set(key, await store.read(key));
  return stored;
}

function named(drifted: Readonly<Record<DifferenceKind, readonly string[]>>): Reconciliation["differences"] {
  const found = (kind: DifferenceKind) => ({
    count: drifted[kind].length,
    keys: drifted[kind].slice(0, keysNamed),
  });
  return {
    missing: found("missing"),
    altered: found("altered"),
    extra: found("extra"),
    coarse: found("coarse"),
  };
}
