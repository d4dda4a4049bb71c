// The registry's row during one run: each state is written over the one before, with its audit record.
import type { AuditAction } from "#core/audit.ts";
import { fail } from "#core/error.ts";
import type { OriginState } from "./origin-state.ts";
import type { OriginRegistry, RecordedOriginState } from "./ports.ts";

export type OriginLedger = {
  /** As it was read, or as it was last recorded. */
  readonly state: () => OriginState;
  /** Refuses with `registry.busy` when somebody else has written meanwhile. */
  readonly record: (
    next: Omit<OriginState, "version">,
    actions: readonly AuditAction[],
    facts: Readonly<Record<string, string>>,
  ) => Promise<RecordedOriginState>;
};

export type Recorder = { readonly actor: string; readonly runId: string; readonly now: () => Date };

export function originLedger(registry: OriginRegistry, read: OriginState, by: Recorder): OriginLedger {
  let latest = read;
  return {
    state: () => latest,
    record: async (next, actions, facts) => {
      const at = by.now();
      const audit = actions.map(action => {
        return { subject: "origin-certificate", action, actor: by.actor, requestId: by.runId, at, facts };
      });
      const recorded = await registry.save({ ...next, version: latest.version }, audit);
      if (recorded === undefined) return fail("registry.busy", { retryAfterSeconds: 60 });
      latest = recorded;
      return recorded;
    },
  };
}
