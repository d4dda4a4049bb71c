// What is kept of the edge store's state for those who ask: one registry row, written by publisher and reconciler.
import type { DifferenceKind } from "./difference.ts";
import type { StoreUsage } from "./store-usage.ts";

export type Publication = StoreUsage & { readonly at: Date };

export type FoundDifferences = { readonly count: number; readonly keys: readonly string[] };

export type Reconciliation = {
  readonly id: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly keysCompared: number;
  /** Wrong at two looks. At most 100 keys of each kind are named. */
  readonly differences: Readonly<Record<DifferenceKind, FoundDifferences>>;
  /** Differences that came or went between the two looks: publications under way. */
  readonly inFlight: number;
  readonly keysWritten: number;
  readonly calls: number;
  readonly conflicts: number;
  /** Of the store after the last write; 0 when nothing was written. */
  readonly totalBytes: number;
  readonly keyCount: number;
  /** The store had no room for all of it: what could not be written exactly refuses more than it should. */
  readonly storeFull: boolean;
  /** The last key that was compared, when time ran out before the end. The next run goes on after it. */
  readonly stoppedAfter?: string;
};

/** What the row keeps of a run: how many differences, without the keys' names. */
export type ReconciliationSummary = Pick<
  Reconciliation,
  | "id"
  | "startedAt"
  | "finishedAt"
  | "keysCompared"
  | "inFlight"
  | "keysWritten"
  | "storeFull"
  | "stoppedAfter"
> & { readonly differences: Readonly<Record<DifferenceKind, { readonly count: number }>> };

export type EdgeStatus = {
  readonly publication?: Publication;
  readonly reconciliation?: ReconciliationSummary;
  /** When the last publication that was late was acknowledged by the store. */
  readonly lateAt?: Date;
};

/** All writes leave a newer content as it is. */
export type EdgeStatusRegistry = {
  readonly readEdgeStatus: () => Promise<EdgeStatus>;
  readonly recordPublication: (publication: Publication) => Promise<void>;
  readonly recordLate: (at: Date) => Promise<void>;
  readonly recordReconciliation: (summary: ReconciliationSummary) => Promise<void>;
};
