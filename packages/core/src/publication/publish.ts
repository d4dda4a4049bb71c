// Makes the edge store say what the registry says. It keeps no state of its own: run it twice, kill it anywhere,
// run two of them, and the store still ends at the registry's content (invariants I5, I6).
import { assert, fail } from "#core/error.ts";
import { desiredAuthorityRecord, desiredPage } from "./desired.ts";
import type { EdgeStore, PublicationRegistry, StoreChange } from "./ports.ts";

export type PublishDeps = {
  readonly registry: PublicationRegistry;
  readonly store: EdgeStore;
  readonly now: () => Date;
};

export type PublishTargets = {
  /** Page keys, such as `m1.1a`. */
  readonly pages: readonly string[];
  /** Authority ids whose record must be written. */
  readonly authorities: readonly string[];
};

export type PublishResult = {
  readonly keys: number;
  readonly calls: number;
  readonly conflicts: number;
  readonly totalBytes: number;
};

const keysPerCall = 50;
const mostConflicts = 10;

/** Refuses with `edge_store.contended`, `edge_store.full` or `edge_store.unavailable`; all are retried by the trigger. */
export async function publish(deps: PublishDeps, targets: PublishTargets): Promise<PublishResult> {
  let result: PublishResult = { keys: 0, calls: 0, conflicts: 0, totalBytes: 0 };
  if (targets.pages.length === 0 && targets.authorities.length === 0) return result;
  for (let conflicts = 0; conflicts < mostConflicts; conflicts += 1) {
    // ETag first, then registry, then write under that ETag: a snapshot that has aged loses with a conflict.
    let tag = await deps.store.readTag();
    const changes = await desiredChanges(deps, targets);
    result = { keys: 0, calls: 0, conflicts, totalBytes: 0 };
    let stale = false;
    for (let from = 0; from < changes.length && !stale; from += keysPerCall) {
      const batch = changes.slice(from, from + keysPerCall);
      const written = await deps.store.write(tag, batch);
      if (written.kind === "full") fail("edge_store.full", { retryAfterSeconds: 60 });
      stale = written.kind === "stale";
      if (written.kind === "written") {
        tag = written.tag;
        result = {
          ...result,
          keys: result.keys + batch.length,
          calls: result.calls + 1,
          totalBytes: written.totalBytes,
        };
      }
    }
    if (!stale) return result;
  }
  return fail("edge_store.contended", { retryAfterSeconds: 1 });
}

async function desiredChanges(deps: PublishDeps, targets: PublishTargets): Promise<readonly StoreChange[]> {
  const changes: StoreChange[] = [];
  if (targets.authorities.length > 0) {
    const authorities = await deps.registry.listAuthorities();
    for (const id of targets.authorities) {
      const authority = authorities.find(candidate => candidate.id === id);
      assert(authority !== undefined, `authority ${id} of a change exists`);
      changes.push(await desiredAuthorityRecord(authority));
    }
  }
  const now = deps.now();
  for (const page of targets.pages) {
    changes.push({ key: page, value: desiredPage(await deps.registry.readDeniedSlots(page), now) });
  }
  return changes;
}
