// The sweep: does what is due for certificates, and reads nothing but what is due. Every certificate it has dealt with
// leaves its bucket in the transaction that says so. Run twice, late or killed anywhere, it changes nothing but the
// moment.
import { severalAtOnce } from "#core/several-at-once.ts";
import { sweepCertificates } from "./sweep-certificates.ts";
import { countKinds, noCounts, type SweepCounts, sumCounts } from "./sweep-counts.ts";
import type { Bucket, Day, SweepDeps } from "./sweep-ports.ts";

export type SweepRun = { readonly requestId: string; readonly mayGoOn: () => boolean };

export type SweepResult = SweepCounts & {
  /** False: time ran out, and there is more to do. */
  readonly isComplete: boolean;
  /** The earliest day that may still hold something; undefined: there is no authority yet. */
  readonly from: Day | undefined;
};

const dayMs = 86_400_000;
/** What was written at a day's end is in the index by then, and whoever began to write it is done. */
const settledAfterMs = 3_600_000;
/** Three transactions of 33 certificates, with event and audit each; one batch read holds 100. */
const certificatesAtOnce = 99;
const bucketsAtOnce = 16;

/** Refuses with what reading the checkpoint refuses with; everything else is counted. */
export async function sweepDue(deps: SweepDeps, run: SweepRun): Promise<SweepResult> {
  const { registry } = deps;
  const startedAt = deps.now();
  const checkpoint = await registry.readCheckpoint();
  const from = checkpoint ?? (await registry.firstDay());
  if (from === undefined) return { ...noCounts, isComplete: true, from };
  const buckets = daysBetween(from, startedAt).flatMap(day => shardsOf(day, registry.shardsPerDay));
  const swept = await severalAtOnce(buckets, bucketsAtOnce, bucket =>
    sweepBucket(deps, run, bucket, startedAt),
  );
  const counts = sumCounts(swept.map(bucket => bucket.counts));
  const unsettled = dayOf(new Date(startedAt.getTime() - settledAfterMs));
  const left = buckets.find((_, index) => swept[index]?.isEmptied !== true)?.day ?? unsettled;
  const next = left < unsettled ? left : unsettled;
  // The clock may stand before the checkpoint: it never goes back.
  if (checkpoint === undefined || next > checkpoint) await registry.saveCheckpoint(checkpoint, next);
  return { ...counts, isComplete: swept.every(({ isStopped }) => !isStopped), from: next };
}

type Swept = { readonly counts: SweepCounts; readonly isEmptied: boolean; readonly isStopped: boolean };

async function sweepBucket(deps: SweepDeps, run: SweepRun, bucket: Bucket, startedAt: Date): Promise<Swept> {
  let counts = noCounts;
  const stopped = (): Swept => ({ counts, isEmptied: false, isStopped: true });
  if (!run.mayGoOn()) return stopped();
  try {
    for await (const ids of deps.registry.listDue(bucket, startedAt)) {
      for (let first = 0; first < ids.length; first += certificatesAtOnce) {
        if (!run.mayGoOn()) return stopped();
        const batch = ids.slice(first, first + certificatesAtOnce);
        counts = sumCounts([counts, await sweepCertificates(deps, batch, { ...run, startedAt })]);
      }
    }
  } catch (error) {
    deps.onError(`${bucket.day}#${bucket.shard}`, error);
    counts = sumCounts([counts, countKinds(["failed"])]);
  }
  return { counts, isEmptied: counts.failed + counts.contended === 0, isStopped: false };
}

function daysBetween(from: Day, to: Date): readonly Day[] {
  const days: Day[] = [];
  for (let at = Date.parse(from); at <= to.getTime(); at += dayMs) days.push(dayOf(new Date(at)));
  return days;
}

const shardsOf = (day: Day, shards: number): readonly Bucket[] =>
  Array.from({ length: shards }, (_, shard) => ({ day, shard }));

const dayOf = (date: Date): Day => date.toISOString().slice(0, 10);
