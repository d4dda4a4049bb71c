// The recovery job's work: enrolments that were left open (a crash, a slow CA, a message that was lost), oldest first.
// It takes permits like everybody, and nothing that stands at the front keeps it from what is behind.
import { type AdvanceDeps, advanceEnrolment } from "#core/enrolment/advance.ts";
import { awaitsItsTurn } from "#core/enrolment/enrolment.ts";
import type { CertificateAuthority, RecordedEnrolment } from "#core/enrolment/ports.ts";
import { isAppError } from "#core/error.ts";
import { severalAtOnce } from "#core/several-at-once.ts";

export type ResumeDeps = AdvanceDeps & {
  /** Created before `before`, page by page, oldest first. `QUEUED`: those of which the CA was not asked. */
  readonly listOpen: (kind: "OPEN" | "QUEUED", before: Date) => AsyncIterable<readonly RecordedEnrolment[]>;
  readonly onError: (enrolmentId: string, error: unknown) => void;
};

export type ResumeResult = { readonly issued: number; readonly pending: number; readonly failed: number };

/** An enrolment this young is most likely still in the hands of the call that made it. */
const leaveAloneMs = 15_000;
/** While the queue has messages, those who wait are most likely in it; past this theirs are taken for lost. */
const leaveToQueueMs = 30 * 60_000;
/** The next run begins half a minute after this one has. */
const budgetMs = 25_000;
const mostPerRun = 1_000;
const atOnce = 4;
const permitWaitMs = 2_000;

export async function resumeEnrolments(deps: ResumeDeps, requestId: string): Promise<ResumeResult> {
  const startedAt = deps.now().getTime();
  const counts = { issued: 0, pending: 0, failed: 0 };
  const ownDeps = { ...deps, ca: { ...deps.ca, findIssued: searchOnce(deps.ca.findIssued) } };
  const isSpent = (): boolean =>
    deps.now().getTime() - startedAt > budgetMs ||
    counts.issued + counts.pending + counts.failed >= mostPerRun;

  async function resumeAll(kind: "OPEN" | "QUEUED", youngestMs: number): Promise<void> {
    for await (const page of deps.listOpen(kind, new Date(startedAt - youngestMs))) {
      await severalAtOnce(page, atOnce, async enrolment => {
        if (isSpent() || isInHand(enrolment, startedAt)) return;
        counts[await resume(ownDeps, enrolment, requestId)] += 1;
      });
      if (isSpent()) return;
    }
  }

  await resumeAll("OPEN", leaveAloneMs);
  await resumeAll("QUEUED", (await isQueueEmpty(deps)) ? leaveAloneMs : leaveToQueueMs);
  return counts;
}

/** Asked a moment ago: whoever did is collecting the certificate. */
function isInHand(enrolment: RecordedEnrolment, now: number): boolean {
  return !awaitsItsTurn(enrolment) && now - enrolment.attemptStartedAt.getTime() < leaveAloneMs;
}

async function resume(
  deps: ResumeDeps,
  enrolment: RecordedEnrolment,
  requestId: string,
): Promise<keyof ResumeResult> {
  try {
    return (await advanceEnrolment(deps, enrolment, { requestId, from: "queue", permitWaitMs })).kind;
  } catch (error) {
    // No CA to ask: told once, by whoever found out. It goes on when there is one.
    if (isAppError(error, "ca.exhausted") || isAppError(error, "authority.unavailable")) return "pending";
    // One that cannot be carried on must not hold up the others.
    deps.onError(enrolment.id, error);
    return "failed";
  }
}

async function isQueueEmpty({ queue }: ResumeDeps): Promise<boolean> {
  try {
    const depths = await Promise.all([queue.depth("enrol"), queue.depth("renew")]);
    return depths.every(depth => depth === 0);
  } catch {
    return false;
  }
}

/** A report that is too old for one attempt is too old for all that came after it: the CA is asked once a run. */
function searchOnce(find: CertificateAuthority["findIssued"]): CertificateAuthority["findIssued"] {
  const unknown = new Map<string, { readonly since: number; readonly retryAfterSeconds: number }>();
  return async (authority, slot, since) => {
    const known = unknown.get(authority.id);
    if (known !== undefined && since.getTime() >= known.since) {
      return { kind: "unknown_yet", retryAfterSeconds: known.retryAfterSeconds };
    }
    const found = await find(authority, slot, since);
    if (found.kind === "unknown_yet") {
      unknown.set(authority.id, { since: since.getTime(), retryAfterSeconds: found.retryAfterSeconds });
    }
    return found;
  };
}
