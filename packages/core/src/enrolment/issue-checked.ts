// What follows once a request has passed its checks: the intent with its slot is recorded, then the CA is asked.
// Enrolment and renewal differ in who may ask for what; from here on they are one.
import type { AuditRecord } from "#core/audit.ts";
import { type ClaimUse, refuseClaim } from "#core/claim/claim.ts";
import { assert, fail } from "#core/error.ts";
import { type Permit, purposeOf } from "#core/issuance/ports.ts";
import { type ExpectedPlace, inExpectedPlace, refusePlace } from "#core/lot/expected-place.ts";
import { type AdvanceDeps, advanceEnrolment, type EnrolOutcome } from "./advance.ts";
import { awaitsItsTurn, type Enrolment } from "./enrolment.ts";
import { leaveToQueue } from "./leave-to-queue.ts";
import type { RecordedEnrolment, RecordIntentResult, RenewedCertificate, TakenSlot } from "./ports.ts";

/** What an enrolment takes from its request; the rest comes with the slot. */
export type CheckedRequest = Pick<
  Enrolment,
  | "id"
  | "tenant"
  | "holder"
  | "profile"
  | "lot"
  | "renews"
  | "replaces"
  | "opensAtPercent"
  | "requestSha256"
  | "csrDer"
  | "csrSha256"
  | "spkiSha256"
  | "altNames"
  | "actor"
> & {
  readonly lifetimeDays: number;
  /** One of these is drawn on by the intent, in this order of preference; left out, none is needed. */
  readonly claims?: readonly ClaimUse[];
  /** The certificate to renew as it was when that was granted. */
  readonly renewed?: RenewedCertificate;
  /** For the audit, beside what every enrolment's record says. */
  readonly facts?: Readonly<Record<string, string>>;
};

export type IssueOptions = {
  /** How long the call may wait for its turn at the CA before the enrolment is queued; a crowd's does not by itself. */
  readonly permitWaitMs?: number;
  /** One in hand, which a caller with many requests has waited for before any of this one is written. */
  readonly permit?: Permit | undefined;
};

/** Most crowds are over by then, and their callers need not come twice. */
const usualPermitWaitMs = 1_500;

/**
 * Refusals: `enrolment.key_in_use`, `enrolment.key_blocked`, `claim.exhausted`, `claim.inactive`,
 * `idempotency.conflict`, and those of `advanceEnrolment`.
 */
export async function issueChecked(
  deps: AdvanceDeps,
  request: CheckedRequest,
  requestId: string,
  { permitWaitMs, permit: inHand }: IssueOptions = {},
): Promise<EnrolOutcome> {
  // A permit that is there to be had makes the intent its first attempt. Nobody waits for one before the intent is on
  // disk: a repeated request is answered from its record, however busy the CA is.
  const need = { tenant: request.tenant, purpose: purposeOf(request), from: "call" } as const;
  const permit = inHand ?? (await deps.permits.take({ ...need, waitMs: 0 }));

  // 2 Record the intent with its slot, the key's owner and the audit, in one transaction.
  const intent = await recordIntent(deps, request, requestId, permit !== undefined);
  const mayUse = intent.kind === "recorded" || (intent.kind === "exists" && awaitsItsTurn(intent.enrolment));
  if (permit !== undefined && !mayUse) deps.permits.giveBack(permit);
  const enrolment = grantedOf(intent, request);

  // 3 to 6 Ask the CA, collect, verify, record.
  const isNew = intent.kind === "recorded";
  const isInVain = need.purpose === "enrol" && deps.permits.isCrowded(need.tenant);
  const outcome = await advanceEnrolment(deps, enrolment, {
    requestId,
    from: "call",
    permitWaitMs: permitWaitMs ?? (isInVain ? 0 : usualPermitWaitMs),
    permit: mayUse ? permit : undefined,
    isFirstAsk: isNew && enrolment.attempt === 1,
  });
  return outcome.kind === "pending" ? leaveToQueue(deps, enrolment, outcome, isNew) : outcome;
}

/** The enrolment on disk, this request's own; refuses for what stood in its way. */
function grantedOf(intent: RecordIntentResult, request: CheckedRequest): RecordedEnrolment {
  if (intent.kind === "key_in_use") fail("enrolment.key_in_use", { spkiSha256: request.spkiSha256 });
  if (intent.kind === "key_blocked") fail("enrolment.key_blocked", { spkiSha256: request.spkiSha256 });
  if (intent.kind === "claim_refused") refuseClaim(intent.refusal);
  if (intent.kind === "not_expected" || intent.kind === "place_taken") refusePlace(intent);
  // Revoked meanwhile, or renewed by a racing request: what was granted is granted no more, and a repetition is told why.
  if (intent.kind === "renewed_moved_on") fail("registry.busy", { retryAfterSeconds: 1 });
  if (intent.enrolment.requestSha256 !== request.requestSha256) {
    fail("idempotency.conflict", { belongsTo: intent.enrolment.id });
  }
  return intent.enrolment;
}

async function recordIntent(
  deps: AdvanceDeps,
  request: CheckedRequest,
  requestId: string,
  isAskedNow: boolean,
): Promise<RecordIntentResult> {
  const validUntil = addDays(wholeSecond(deps.now()), request.lifetimeDays);
  let taken: TakenSlot;
  try {
    taken = await deps.slots.take({
      tenant: request.tenant,
      lot: request.lot,
      purpose: request.renews === undefined ? "enrol" : "renew",
      validUntil,
    });
  } catch (error) {
    // A request that is recorded needs no slot: its answer does not depend on what befell its lot since (invariant I2).
    const enrolment = await deps.registry.readEnrolment(request.id);
    if (enrolment === undefined) throw error;
    return { kind: "exists", enrolment };
  }
  const { claims = [], facts = {} } = request;
  const enrolment = toEnrolment(request, taken, validUntil, deps.now(), isAskedNow);
  const audit: AuditRecord = {
    subject: enrolment.id,
    action: "enrolment.accepted",
    actor: enrolment.actor,
    requestId,
    at: enrolment.createdAt,
    facts: {
      ...facts,
      csrSha256: enrolment.csrSha256,
      spkiSha256: enrolment.spkiSha256,
      profile: enrolment.profile,
    },
  };
  const record = (place?: ExpectedPlace): Promise<RecordIntentResult> =>
    deps.registry.recordIntent(enrolment, audit, claims, request.renewed, place);
  const intent = taken.forExpectedHolder ? await inExpectedPlace(deps, record) : await record();
  if (intent.kind !== "recorded") taken.giveBack();
  return intent;
}

function toEnrolment(
  { lifetimeDays: _, claims: _claims, facts: _facts, renewed: _renewed, ...request }: CheckedRequest,
  { authority, slot, expiresBy }: TakenSlot,
  validUntil: Date,
  now: Date,
  isAskedNow: boolean,
): Enrolment {
  // The page would be gone before the certificate: the source of slots gives none like that.
  assert(validUntil <= expiresBy, "a slot's block outlives its certificate");
  return {
    ...request,
    state: "accepted",
    authorityId: authority.id,
    slot,
    notAfter: earlier(validUntil, authority.notAfter),
    attempt: isAskedNow ? 1 : 0,
    attemptStartedAt: now,
    createdAt: now,
    version: 1,
  };
}

const wholeSecond = (date: Date): Date => new Date(Math.floor(date.getTime() / 1000) * 1000);
const addDays = (date: Date, days: number): Date => new Date(date.getTime() + days * 86_400_000);
// A notAfter past the CA's own is refused by PCA; the shorter life is the honest one (aws-services, 2.3).
const earlier = (a: Date, b: Date): Date => (a < b ? a : b);
