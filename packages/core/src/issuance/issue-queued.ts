// One message of the queue: the enrolment's turn has come. What cannot be done now is sent again, not failed: waiting
// must not use up a message's deliveries, or an outage would end in the dead letters.
import { type AdvanceDeps, advanceEnrolment } from "#core/enrolment/advance.ts";
import { type EnrolmentId, isOpen } from "#core/enrolment/enrolment.ts";
import { assert, isAppError } from "#core/error.ts";

/** A batch waits for its permits while others are at work; well inside the function's minute. */
const permitWaitMs = 15_000;

/** `over`: somebody else has ended it. `waits`: it has a message of its own again, or the recovery job looks after it. */
export type QueuedResult = "issued" | "waits" | "over";

/** Refuses with `enrolment.failed`. Any other error is one that another delivery may not meet. */
export async function issueQueued(
  deps: AdvanceDeps,
  id: EnrolmentId,
  requestId: string,
): Promise<QueuedResult> {
  const enrolment = await deps.registry.readEnrolment(id);
  assert(enrolment !== undefined, "an enrolment is on disk before its message is sent");
  if (!isOpen(enrolment)) return "over";
  try {
    const outcome = await advanceEnrolment(deps, enrolment, { requestId, from: "queue", permitWaitMs });
    if (outcome.kind === "issued") return "issued";
    if (!outcome.isSearched) await deps.queue.send(enrolment, outcome.retryAfterSeconds);
    return "waits";
  } catch (error) {
    const seconds = secondsUntilPossible(error);
    if (seconds === undefined) throw error;
    await deps.queue.send(enrolment, seconds);
    return "waits";
  }
}

function secondsUntilPossible(error: unknown): number | undefined {
  for (const code of ["ca.exhausted", "authority.unavailable", "registry.busy"] as const) {
    if (isAppError(error, code)) return error.data.retryAfterSeconds;
  }
  return undefined;
}
