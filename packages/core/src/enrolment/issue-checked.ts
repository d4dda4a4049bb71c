// What follows once a request has passed its checks: the intent with its slot is recorded, then the CA is asked.
// Enrolment and renewal differ in who may ask for what; from here on they are one.
import { fail } from "#core/error.ts";
import { type AdvanceDeps, advanceEnrolment, type EnrolOutcome } from "./advance.ts";
import type { Enrolment } from "./enrolment.ts";
import type { RecordIntentResult, TakenSlot } from "./ports.ts";

/** What an enrolment takes from its request; the rest comes with the slot. */
export type CheckedRequest = Pick<
  Enrolment,
  | "id"
  | "tenant"
  | "holder"
  | "profile"
  | "lot"
  | "renews"
  | "requestSha256"
  | "csrDer"
  | "csrSha256"
  | "spkiSha256"
  | "actor"
> & { readonly lifetimeDays: number };

/** Refusals: `enrolment.key_in_use`, `enrolment.key_blocked`, `idempotency.conflict`, and those of `advanceEnrolment`. */
export async function issueChecked(
  deps: AdvanceDeps,
  request: CheckedRequest,
  requestId: string,
): Promise<EnrolOutcome> {
  // 2 Record the intent with its slot, the key's owner and the audit, in one transaction.
  const intent = await recordIntent(deps, request, requestId);
  if (intent.kind === "key_in_use") fail("enrolment.key_in_use", { spkiSha256: request.spkiSha256 });
  if (intent.kind === "key_blocked") fail("enrolment.key_blocked", { spkiSha256: request.spkiSha256 });
  if (intent.enrolment.requestSha256 !== request.requestSha256) {
    fail("idempotency.conflict", { enrolmentId: intent.enrolment.id });
  }

  // 3 to 6 Ask the CA, collect, verify, record.
  return advanceEnrolment(deps, intent.enrolment, requestId);
}

async function recordIntent(
  deps: AdvanceDeps,
  request: CheckedRequest,
  requestId: string,
): Promise<RecordIntentResult> {
  let taken: TakenSlot;
  try {
    taken = await deps.slots.take({
      tenant: request.tenant,
      lot: request.lot,
      purpose: request.renews === undefined ? "enrol" : "renew",
    });
  } catch (error) {
    // A request that is recorded needs no slot: its answer does not depend on what befell its lot since (invariant I2).
    const enrolment = await deps.registry.readEnrolment(request.id);
    if (enrolment === undefined) throw error;
    return { kind: "exists", enrolment };
  }
  const enrolment = toEnrolment(request, taken, deps.now());
  const intent = await deps.registry.recordIntent(enrolment, {
    subject: enrolment.id,
    action: "enrolment.accepted",
    actor: enrolment.actor,
    requestId,
    at: enrolment.createdAt,
    facts: { csrSha256: enrolment.csrSha256, spkiSha256: enrolment.spkiSha256, profile: enrolment.profile },
  });
  if (intent.kind !== "recorded") taken.giveBack();
  return intent;
}

function toEnrolment(
  { lifetimeDays, ...request }: CheckedRequest,
  { authority, slot, expiresBy }: TakenSlot,
  now: Date,
): Enrolment {
  const wanted = addDays(wholeSecond(now), lifetimeDays);
  return {
    ...request,
    state: "accepted",
    authorityId: authority.id,
    slot,
    notAfter: earlier(earlier(wanted, authority.notAfter), wholeSecond(expiresBy)),
    attempt: 1,
    attemptStartedAt: now,
    createdAt: now,
    version: 1,
  };
}

const wholeSecond = (date: Date): Date => new Date(Math.floor(date.getTime() / 1000) * 1000);
const addDays = (date: Date, days: number): Date => new Date(date.getTime() + days * 86_400_000);
// A notAfter past the CA's own is refused by PCA; the shorter life is the honest one (aws-services, 2.3).
const earlier = (a: Date, b: Date): Date => (a < b ? a : b);
