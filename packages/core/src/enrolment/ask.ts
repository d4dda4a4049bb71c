// Step 3: the CA is asked, once per attempt, with a permit, by whoever may. Each answer says where the enrolment stands
// then; what was learnt is on the row before the next step is taken.
import { issuesNow, type ManagedAuthority } from "#core/authority/authority.ts";
import { isAppError } from "#core/error.ts";
import { type EnrolmentQueue, type IssuePermits, type Permit, purposeOf } from "#core/issuance/ports.ts";
import { subjectFor } from "#core/profile/profile.ts";
import { awaitsItsTurn, isOpen } from "./enrolment.ts";
import { type MoveDeps, moveToIssuing, recordUsedUp } from "./move.ts";
import type { CertificateAuthority, RecordedEnrolment } from "./ports.ts";
import { idempotencyToken } from "./request.ts";

export type AskDeps = MoveDeps & {
  readonly ca: CertificateAuthority;
  readonly permits: IssuePermits;
  readonly queue: EnrolmentQueue;
};

/** How one call goes about it. */
export type Turn = {
  readonly requestId: string;
  readonly from: "call" | "queue";
  /** How long it may wait for a permit. */
  readonly permitWaitMs: number;
  /** One in hand already. */
  readonly permit?: Permit | undefined;
  /** This very call has just recorded the attempt: nobody can have asked under its token before. */
  readonly isFirstAsk?: boolean;
};

export type Pending = {
  readonly kind: "pending";
  /** `accepted`: waits for its turn. `issuing`: the CA was asked. */
  readonly state: "accepted" | "issuing";
  /** Only the CA's audit report can tell what became of the attempt, and only the recovery job reads it. */
  readonly isSearched: boolean;
  readonly retryAfterSeconds: number;
};

export type Asked =
  | { readonly kind: "asked"; readonly enrolment: RecordedEnrolment; readonly certificateArn: string }
  /** The row has changed: it is looked at anew. */
  | { readonly kind: "again"; readonly enrolment: RecordedEnrolment; readonly turn: Turn }
  | Pending;

/** PCA keeps an idempotency token for five minutes from its side; one minute is left for clocks and slow networks. */
const tokenIsFreshMs = 4 * 60_000;

/** Refuses with `ca.exhausted` when no active authority has certificates left, and with what `ask` refuses with. */
export async function askOnce(
  deps: AskDeps,
  enrolment: RecordedEnrolment,
  authority: ManagedAuthority,
  turn: Turn,
): Promise<Asked> {
  if (enrolment.certificateArn !== undefined) {
    return { kind: "asked", enrolment, certificateArn: enrolment.certificateArn };
  }
  if (awaitsItsTurn(enrolment)) {
    return issuesNow(authority)
      ? startAttempt(deps, enrolment, turn)
      : { kind: "again", enrolment: await moveToIssuing(deps, enrolment, turn.requestId), turn };
  }
  if (!isFresh(deps, enrolment)) return search(deps, enrolment, authority, turn);
  const permit = await permitFor(deps, enrolment, turn);
  if (permit === undefined) return pending("issuing", 2);
  // The wait for the permit may have used up the token's time.
  if (!isFresh(deps, enrolment)) return pending("issuing", 1);
  return ask(deps, enrolment, authority, turn);
}

function isFresh({ now }: AskDeps, { attemptStartedAt }: RecordedEnrolment): boolean {
  return now().getTime() - attemptStartedAt.getTime() < tokenIsFreshMs;
}

function pending(state: Pending["state"], retryAfterSeconds: number, isSearched = false): Pending {
  return { kind: "pending", state, retryAfterSeconds, isSearched };
}

async function permitFor(
  deps: AskDeps,
  enrolment: RecordedEnrolment,
  { permit, from, permitWaitMs }: Turn,
): Promise<Permit | undefined> {
  if (permit !== undefined && deps.permits.isFresh(permit)) return permit;
  const purpose = purposeOf(enrolment);
  const taken = await deps.permits.take({ tenant: enrolment.tenant, purpose, from, waitMs: permitWaitMs });
  if (taken === undefined) deps.watch.permitRefused(purpose);
  return taken;
}

/** The attempt begins on the row before the CA hears of it, and with a permit, so that its token's time begins now. */
async function startAttempt(deps: AskDeps, enrolment: RecordedEnrolment, turn: Turn): Promise<Asked> {
  const permit = await permitFor(deps, enrolment, turn);
  if (permit === undefined) return pending("accepted", 1);
  const started = await deps.registry.recordNewAttempt(enrolment, deps.now());
  if (started.isMine) {
    return { kind: "again", enrolment: started.enrolment, turn: { ...turn, permit, isFirstAsk: true } };
  }
  // Somebody else is at it at this moment: a second ask would cost a call and tell nothing new.
  deps.permits.giveBack(permit);
  return isOpen(started.enrolment) && !awaitsItsTurn(started.enrolment)
    ? pending("issuing", 2)
    : { kind: "again", enrolment: started.enrolment, turn: { ...turn, permit: undefined } };
}

async function search(
  deps: AskDeps,
  enrolment: RecordedEnrolment,
  authority: ManagedAuthority,
  turn: Turn,
): Promise<Asked> {
  const found = await deps.ca.findIssued(authority, enrolment.slot, enrolment.attemptStartedAt);
  if (found.kind === "unknown_yet") return pending("issuing", found.retryAfterSeconds, true);
  if (found.kind === "found") {
    const recorded = await deps.registry.recordAsked(enrolment, found.certificateArn);
    return { kind: "asked", enrolment: recorded, certificateArn: found.certificateArn };
  }
  return { kind: "again", enrolment: await deps.registry.recordFruitless(enrolment), turn };
}

async function ask(
  deps: AskDeps,
  enrolment: RecordedEnrolment,
  authority: ManagedAuthority,
  turn: Turn,
): Promise<Asked> {
  const { csrSha256, csrDer, notAfter, attempt } = enrolment;
  const identity = { caArn: authority.caArn, csrSha256, enrolmentId: enrolment.id, attempt };
  try {
    const certificateArn = await deps.ca.ask({
      authority,
      csrDer,
      subject: subjectFor(enrolment),
      notAfter,
      idempotencyToken: await idempotencyToken(identity),
    });
    deps.permits.caAnswered();
    return { kind: "asked", enrolment, certificateArn };
  } catch (error) {
    const isAnswer = isAppError(error, "ca.request_rejected") || isAppError(error, "ca.exhausted");
    if (isAnswer) deps.permits.caAnswered();
    else deps.permits.caFailed();
    if (!isAppError(error, "ca.exhausted")) throw error;
    await recordUsedUp(deps, authority, enrolment, turn.requestId);
    // An earlier ask under this token may have been answered and the answer lost: then only the audit report can tell.
    if (turn.isFirstAsk !== true) return pending("issuing", error.data.retryAfterSeconds, true);
    const fruitless = await deps.registry.recordFruitless(enrolment);
    return { kind: "again", enrolment: fruitless, turn: { ...turn, permit: undefined, isFirstAsk: false } };
  }
}
