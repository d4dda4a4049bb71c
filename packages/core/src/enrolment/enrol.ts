// Enrol: the use-case behind every route that asks for a certificate. The numbered steps are the irreversible order;
// a retry, a second delivery and the recovery job all enter `advanceEnrolment` at the first step not yet recorded.
import { actorOf, type Caller, tenantFor } from "#core/caller.ts";
import { inspectCsr } from "#core/csr/inspect-csr.ts";
import { type Finding, fail } from "#core/error.ts";
import { profiles } from "#core/profile/profile.ts";
import { type AdvanceDeps, advanceEnrolment, type EnrolOutcome } from "./advance.ts";
import { checkAgainstProfile } from "./check-against-profile.ts";
import type { Enrolment } from "./enrolment.ts";
import type { RecordIntentResult, TakenSlot } from "./ports.ts";
import { type EnrolRequest, identifyRequest } from "./request.ts";

export type EnrolInput = {
  readonly caller: Caller;
  readonly request: EnrolRequest;
  readonly idempotencyKey: string | undefined;
  readonly requestId: string;
};

/**
 * Issues a certificate for the request, or answers the one it has already been given.
 * Refusals: `caller.forbidden`, `enrolment.refused` (all findings), `enrolment.key_in_use`, `enrolment.key_blocked`,
 * `idempotency.conflict`, `lot.revoked`, `authority.unavailable`, and what `advanceEnrolment` refuses with.
 */
export async function enrolCertificate(deps: AdvanceDeps, input: EnrolInput): Promise<EnrolOutcome> {
  // 1 Parse and check: nothing is read or written for a request that cannot be granted.
  const request = await checkRequest(input);

  // 2 Record the intent with its slot, the key's owner and the audit, in one transaction.
  const intent = await recordIntent(deps, request, input.requestId);
  if (intent.kind === "key_in_use") fail("enrolment.key_in_use", { spkiSha256: request.spkiSha256 });
  if (intent.kind === "key_blocked") fail("enrolment.key_blocked", { spkiSha256: request.spkiSha256 });
  if (intent.enrolment.requestSha256 !== request.requestSha256) {
    fail("idempotency.conflict", { enrolmentId: intent.enrolment.id });
  }

  // 3 to 6 Ask the CA, collect, verify, record.
  return advanceEnrolment(deps, intent.enrolment, input.requestId);
}

/** What an enrolment takes from its request; the rest comes with the slot. */
type CheckedRequest = Pick<
  Enrolment,
  | "id"
  | "tenant"
  | "holder"
  | "profile"
  | "lot"
  | "requestSha256"
  | "csrDer"
  | "csrSha256"
  | "spkiSha256"
  | "actor"
> & { readonly lifetimeDays: number };

async function checkRequest({ caller, request, idempotencyKey }: EnrolInput): Promise<CheckedRequest> {
  const profile = profiles[request.profile];
  const tenant = tenantFor(caller, profile, request.tenant);
  const inspection = await inspectCsr(request.csr);
  if (inspection.kind === "unsound") refuse(inspection.findings);
  const { csr } = inspection;
  const findings = checkAgainstProfile(csr, profile, { tenant, holder: request.holder });
  if (findings.length > 0) refuse(findings);

  const { enrolmentId, requestSha256 } = await identifyRequest({
    tenant,
    actor: actorOf(caller),
    idempotencyKey,
    holder: request.holder,
    profile: profile.name,
    lot: request.lot,
    csrSha256: csr.sha256,
  });
  return {
    id: enrolmentId,
    tenant,
    holder: request.holder,
    profile: profile.name,
    lifetimeDays: profile.lifetimeDays,
    ...(request.lot === undefined ? {} : { lot: request.lot }),
    requestSha256,
    csrDer: csr.der,
    csrSha256: csr.sha256,
    spkiSha256: csr.spkiSha256,
    actor: actorOf(caller),
  };
}

async function recordIntent(
  deps: AdvanceDeps,
  request: CheckedRequest,
  requestId: string,
): Promise<RecordIntentResult> {
  let taken: TakenSlot;
  try {
    taken = await deps.slots.take({ tenant: request.tenant, lot: request.lot });
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

function refuse(findings: readonly { readonly code: string; readonly detail: string }[]): never {
  const located: Finding[] = findings.map(({ code, detail }) => ({ code, detail, pointer: "/csr" }));
  fail("enrolment.refused", { findings: located });
}

const wholeSecond = (date: Date): Date => new Date(Math.floor(date.getTime() / 1000) * 1000);
const addDays = (date: Date, days: number): Date => new Date(date.getTime() + days * 86_400_000);
// A notAfter past the CA's own is refused by PCA; the shorter life is the honest one (aws-services, 2.3).
const earlier = (a: Date, b: Date): Date => (a < b ? a : b);
