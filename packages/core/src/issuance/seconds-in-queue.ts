// When an enrolment that waits now will have had its turn: all that wait, at the rate at which they are taken up.
import type { Enrolment } from "#core/enrolment/enrolment.ts";
import { type EnrolmentQueue, type IssuePermits, purposeOf } from "./ports.ts";

/** Of a queue that does not tell its length. */
const unknownSeconds = 30;

/** Whole seconds, at least 1. Right for the last in the queue, and no less than right for the others. */
export async function secondsInQueue(
  {
    queue,
    permits,
  }: { readonly queue: Pick<EnrolmentQueue, "depth">; readonly permits: Pick<IssuePermits, "perSecond"> },
  enrolment: Pick<Enrolment, "renews">,
): Promise<number> {
  try {
    return Math.max(1, Math.ceil((await queue.depth(purposeOf(enrolment))) / permits.perSecond));
  } catch {
    return unknownSeconds;
  }
}
