// What a call does with an enrolment that it could not end: one message for the queue, and an honest word on when to
// come back. One message each is enough: the worker that receives it sends the next one itself.
import { secondsInQueue } from "#core/issuance/seconds-in-queue.ts";
import type { AskDeps, Pending } from "./ask.ts";
import type { Enrolment } from "./enrolment.ts";

/** `isNew`: this call has recorded the enrolment; those who repeat a request find its message sent. */
export async function leaveToQueue<P extends Pending>(
  deps: Pick<AskDeps, "queue" | "permits" | "watch">,
  enrolment: Enrolment,
  pending: P,
  isNew: boolean,
): Promise<P> {
  if (isNew && !pending.isSearched) {
    try {
      await deps.queue.send(enrolment, pending.state === "accepted" ? 0 : pending.retryAfterSeconds);
    } catch (error) {
      // The intent is on disk, and the recovery job looks for what no message speaks of.
      deps.watch.notQueued(enrolment.id, error);
    }
  }
  if (pending.state === "issuing") return pending;
  return { ...pending, retryAfterSeconds: await secondsInQueue(deps, enrolment) };
}
