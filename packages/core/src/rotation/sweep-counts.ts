// What a sweep did, counted by certificate; one with two notices counts for each.

export type SweepCounts = {
  readonly renewalsDue: number;
  readonly expiring: number;
  readonly expired: number;
  readonly retired: number;
  /** Held until now. */
  readonly resumed: number;
  /** Nothing was due by now: it was put where something is. */
  readonly moved: number;
  /** Somebody else changed it at the same time: the next sweep looks again. */
  readonly contended: number;
  readonly failed: number;
};

export type SweepKind = keyof SweepCounts;

export const noCounts: SweepCounts = {
  renewalsDue: 0,
  expiring: 0,
  expired: 0,
  retired: 0,
  resumed: 0,
  moved: 0,
  contended: 0,
  failed: 0,
};

export function countKinds(kinds: readonly SweepKind[]): SweepCounts {
  const counts: Record<SweepKind, number> = { ...noCounts };
  for (const kind of kinds) counts[kind] += 1;
  return counts;
}

export function sumCounts(all: readonly SweepCounts[]): SweepCounts {
  return all.reduce(
    (a, b) => ({
      renewalsDue: a.renewalsDue + b.renewalsDue,
      expiring: a.expiring + b.expiring,
      expired: a.expired + b.expired,
      retired: a.retired + b.retired,
      resumed: a.resumed + b.resumed,
      moved: a.moved + b.moved,
      contended: a.contended + b.contended,
      failed: a.failed + b.failed,
    }),
    noCounts,
  );
}

/** How much is no longer in the buckets that it was in. */
export function dealtWith(counts: SweepCounts): number {
  const { renewalsDue, expiring, expired, retired, resumed, moved } = counts;
  return renewalsDue + expiring + expired + retired + resumed + moved;
}
