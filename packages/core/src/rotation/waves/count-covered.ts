// Counts what a rotation would cover, by state, before anything is done. Only read from the index: each certificate is
// judged by its own row when its turn comes.
import type { CertificateState } from "#core/certificate/certificate.ts";
import type { Segment } from "#core/listing/listing.ts";
import { labelOf } from "#core/listing/segments.ts";
import { severalAtOnce } from "#core/several-at-once.ts";
import type { RotationTotal, WalkPlace } from "./rotation.ts";
import { type WalkRegistry, walkOn } from "./walk.ts";

export type Covered = {
  readonly byState: Readonly<Record<CertificateState, number>>;
  readonly isComplete: boolean;
};

/** A query reads 1 MB at most, 2,500 rows of the index: a million certificates are 400 queries. */
const rowsPerQuery = 5_000;
const segmentsAtOnce = 8;
/** Of the call's 29 s. */
const mostMs = 15_000;

export async function countCovered(
  deps: { readonly registry: WalkRegistry; readonly now: () => Date },
  segments: readonly Segment[],
): Promise<Covered> {
  const byState: Record<CertificateState, number> = {
    active: 0,
    held: 0,
    superseded: 0,
    revoked: 0,
    expired: 0,
  };
  const now = deps.now();
  const isOver = (): boolean => deps.now().getTime() - now.getTime() > mostMs;
  const ended = await severalAtOnce(segments, segmentsAtOnce, async segment => {
    let place: WalkPlace | undefined = { segment: labelOf(segment) };
    while (place !== undefined && !isOver()) {
      const { rows, next } = await walkOn(deps.registry, [segment], place, rowsPerQuery);
      for (const { certificate } of rows) {
        // Nobody has marked it yet, perhaps.
        const isExpired = certificate.state === "active" && certificate.notAfter <= now;
        byState[isExpired ? "expired" : certificate.state] += 1;
      }
      place = next;
    }
    return place === undefined;
  });
  return { byState, isComplete: ended.every(Boolean) };
}

export function totalOf({ byState, isComplete }: Covered): RotationTotal {
  return { certificates: byState.active, isComplete };
}
