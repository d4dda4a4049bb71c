// Carries the lines of one lot call to their answers, as far as the call's time goes. What the lines share is done once:
// looking up what was recorded before, taking slots, and enrolling where two lines say the same.
import type { Certificate } from "#core/certificate/certificate.ts";
import { AppError, isAppError } from "#core/error.ts";
import { advanceEnrolment, type EnrolOutcome } from "./advance.ts";
import type { Turn } from "./ask.ts";
import type { EnrolDeps } from "./enrol.ts";
import type { EnrolmentId } from "./enrolment.ts";
import { type CheckedRequest, issueChecked } from "./issue-checked.ts";
import { leaveToQueue } from "./leave-to-queue.ts";
import { type LotSlots, lotSlots } from "./lot-slots.ts";
import type { CheckedLine } from "./plan-lot-lines.ts";
import type { RecordedEnrolment } from "./ports.ts";

export type EnrolLotDeps = EnrolDeps & {
  /** Both strongly consistent, any number at a time, absent ones left out. */
  readonly readEnrolments: (ids: readonly EnrolmentId[]) => Promise<readonly RecordedEnrolment[]>;
  readonly readCertificates: (ids: readonly string[]) => Promise<readonly Certificate[]>;
  /** Waits before the attempt of this number, from 1. */
  readonly pause: (attempt: number) => Promise<void>;
  readonly wait: (milliseconds: number) => Promise<void>;
};

export type LineResult =
  | { readonly kind: "answered"; readonly outcome: EnrolOutcome }
  | { readonly kind: "refused"; readonly error: unknown };

// The gateway waits for 30 s and the function has 29. Until the first mark a line may wait for its turn at the CA; from
// then on it is recorded and queued. No line is begun after the second, and none is waited for after the third.
const queueFromMs = 15_000;
const lastLineMs = 22_000;
export const lastAnswerMs = 25_000;
const mostAttempts = 6;

type CallTime = { readonly requestId: string; readonly elapsedMs: () => number };

export function unanswered(): { readonly kind: "refused"; readonly error: AppError } {
  return { kind: "refused", error: new AppError("lot.line_unanswered", { retryAfterSeconds: 1 }) };
}

export type LineEnroller = {
  readonly line: (request: CheckedRequest) => Promise<LineResult>;
  readonly end: () => void;
};

export async function lineEnroller(
  deps: EnrolLotDeps,
  lines: readonly CheckedLine[],
  time: CallTime,
): Promise<LineEnroller> {
  const ids = new Set(lines.flatMap(line => (line.kind === "checked" ? [line.request.id] : [])));
  const recorded = await readRecorded(deps, [...ids]);
  const slots = lotSlots(deps.slots, ids.size - recorded.enrolments.size);
  const { readCertificate } = recorded;
  const lotDeps = { ...deps, slots, registry: { ...deps.registry, readCertificate } };
  const answers = new Map<EnrolmentId, Promise<LineResult>>();
  return {
    line: request => {
      const begun = answers.get(request.id);
      if (begun !== undefined) return begun;
      const answer = enrolLine(lotDeps, request, recorded.enrolments.get(request.id), time);
      answers.set(request.id, answer);
      return answer;
    },
    end: slots.giveBackRest,
  };
}

/** What an earlier call has recorded, read in batches: a call that is repeated whole costs two reads for 100 lines. */
async function readRecorded(deps: EnrolLotDeps, ids: readonly EnrolmentId[]) {
  const enrolments = new Map((await deps.readEnrolments(ids)).map(row => [row.id, row]));
  const issued = [...enrolments.values()].flatMap(row => row.certificateId ?? []);
  const certificates = new Map<string, Certificate>(
    (await deps.readCertificates(issued)).map(certificate => [certificate.id, certificate]),
  );
  return {
    enrolments,
    readCertificate: async (id: string) => certificates.get(id) ?? deps.registry.readCertificate(id),
  };
}

type LineDeps = EnrolLotDeps & { readonly slots: LotSlots };

async function enrolLine(
  deps: LineDeps,
  request: CheckedRequest,
  recorded: RecordedEnrolment | undefined,
  { requestId, elapsedMs }: CallTime,
): Promise<LineResult> {
  for (let attempt = 1; ; attempt += 1) {
    if (elapsedMs() >= lastLineMs) return unanswered();
    const collectWaitMs = Math.max(0, Math.min(deps.collectWaitMs, lastAnswerMs - elapsedMs()));
    const turn = { requestId, from: "queue", permitWaitMs: untilQueued(elapsedMs) } as const;
    try {
      const outcome =
        recorded?.requestSha256 === request.requestSha256
          ? await carryOn({ ...deps, collectWaitMs }, recorded, turn)
          : await begin({ ...deps, collectWaitMs }, request, turn, elapsedMs);
      return { kind: "answered", outcome };
    } catch (error) {
      // Lines of one call meet in the rows they share, a claim's counters above all.
      if (!isAppError(error, "registry.busy") || attempt === mostAttempts) return { kind: "refused", error };
      await deps.pause(attempt);
    }
  }
}

/**
 * The permit comes before the record: of so many lines, those that wait for theirs are not written yet, and one write
 * less is needed once it is there. As in the queue, permits are taken for many at once and none is booked ahead, so a
 * lot leaves to single requests what they book.
 */
async function begin(
  deps: LineDeps,
  request: CheckedRequest,
  { requestId, from, permitWaitMs: waitMs }: Turn,
  elapsedMs: CallTime["elapsedMs"],
): Promise<EnrolOutcome> {
  const need = { tenant: request.tenant, purpose: "enrol", from, waitMs } as const;
  // A line that gets no slot needs no permit.
  const permit = deps.slots.refusal() === undefined ? await deps.permits.take(need) : undefined;
  // One that a slow registry has let grow old is followed by another.
  return issueChecked(deps, request, requestId, { permit, permitWaitMs: untilQueued(elapsedMs) });
}

function untilQueued(elapsedMs: CallTime["elapsedMs"]): number {
  return Math.max(0, queueFromMs - elapsedMs());
}

/** What an earlier call has recorded needs no slot and no second intent. */
async function carryOn(deps: LineDeps, recorded: RecordedEnrolment, turn: Turn): Promise<EnrolOutcome> {
  const outcome = await advanceEnrolment(deps, recorded, turn);
  return outcome.kind === "pending" ? leaveToQueue(deps, recorded, outcome, false) : outcome;
}
