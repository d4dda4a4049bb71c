// Carries a recorded enrolment to its certificate, from whatever step it had reached. At most one certificate comes of
// an enrolment (invariant I2): inside PCA's five-minute window the same token is asked again, after it the CA's own
// records are searched before anything new is asked.

import type { ManagedAuthority } from "#core/authority/authority.ts";
import { type Certificate, certificateId } from "#core/certificate/certificate.ts";
import { verifyIssued } from "#core/certificate/verify-issued.ts";
import { assert, fail, isAppError } from "#core/error.ts";
import { subjectFor } from "#core/profile/profile.ts";
import { type AskDeps, askOnce, type Pending, type Turn } from "./ask.ts";
import { type EnrolmentId, isOpen } from "./enrolment.ts";
import type { IssuedCertificate, RecordedEnrolment } from "./ports.ts";

export type AdvanceDeps = AskDeps & {
  /** How long one call may wait for the CA to finish signing. */
  readonly collectWaitMs: number;
};

export type EnrolOutcome =
  | {
      readonly kind: "issued";
      readonly enrolmentId: EnrolmentId;
      readonly certificate: Certificate;
      readonly chainPem: string;
    }
  | (Pending & { readonly enrolmentId: EnrolmentId });

/**
 * Refusals: `enrolment.failed`; `ca.exhausted` and `authority.unavailable` when there is no CA to ask. A busy, slow,
 * throttled or failing CA answers `pending`: the intent is recorded and this function may be called again at any time,
 * by anyone, as often as they like.
 */
export async function advanceEnrolment(
  deps: AdvanceDeps,
  enrolment: RecordedEnrolment,
  turn: Turn,
): Promise<EnrolOutcome> {
  const authority = await deps.slots.authorityById(enrolment.authorityId);
  assert(authority !== undefined, `authority ${enrolment.authorityId} of a recorded enrolment exists`);
  if (enrolment.state === "issued") return answerRecorded(deps, enrolment, authority);
  if (enrolment.state === "failed") fail("enrolment.failed", { enrolmentId: enrolment.id });
  try {
    const asked = await askOnce(deps, enrolment, authority, turn);
    if (asked.kind === "pending") return { ...asked, enrolmentId: enrolment.id };
    // From the top: somebody faster may have ended the enrolment, and what follows is recorded on the row as it is now.
    if (asked.kind === "again") return await advanceEnrolment(deps, asked.enrolment, asked.turn);
    return await collect(deps, asked.enrolment, authority, asked.certificateArn, turn.requestId);
  } catch (error) {
    if (isAppError(error, "ca.request_rejected")) {
      await recordFailure(deps, enrolment, turn.requestId, error.data.reason, false);
      fail("enrolment.failed", { enrolmentId: enrolment.id }, error);
    }
    if (isAppError(error, "ca.throttled") || isAppError(error, "ca.unavailable")) {
      return stillIssuing(enrolment.id, error.data.retryAfterSeconds);
    }
    throw error;
  }
}

function stillIssuing(enrolmentId: EnrolmentId, retryAfterSeconds: number): EnrolOutcome {
  return { kind: "pending", enrolmentId, state: "issuing", isSearched: false, retryAfterSeconds };
}

// 4 Collect, 5 verify, 6 record. The event leaves through the outbox row of step 6.
async function collect(
  deps: AdvanceDeps,
  enrolment: RecordedEnrolment,
  authority: ManagedAuthority,
  certificateArn: string,
  requestId: string,
): Promise<EnrolOutcome> {
  const issued = await deps.ca.collect(authority.caArn, certificateArn, deps.collectWaitMs);
  if (issued === "pending") {
    if (enrolment.certificateArn === undefined) await deps.registry.recordAsked(enrolment, certificateArn);
    return stillIssuing(enrolment.id, 2);
  }
  const certificate = await certificateFrom(deps, enrolment, authority, certificateArn, issued, requestId);
  const audit = {
    subject: certificate.id,
    action: "certificate.issued",
    actor: enrolment.actor,
    requestId,
    at: certificate.issuedAt,
    facts: {
      enrolmentId: enrolment.id,
      sha256: certificate.sha256,
      spkiSha256: enrolment.spkiSha256,
      ...(enrolment.renews === undefined ? {} : { renews: enrolment.renews }),
      ...(enrolment.replaces === undefined ? {} : { replaces: enrolment.replaces }),
    },
  } as const;
  const first = await deps.registry.recordIssued(enrolment, certificate, audit);
  if (first) return toOutcome(enrolment.id, certificate, authority);
  const current = await deps.registry.readEnrolment(enrolment.id);
  if (current !== undefined && isOpen(current) && current.attempt === enrolment.attempt) {
    // What stood in the way is its key, or its lineage: what it renews was revoked or held, or what it replaces was
    // seen after all.
    await recordFailure(deps, current, requestId, overtakenBy(enrolment), true);
    fail("enrolment.failed", { enrolmentId: enrolment.id });
  }
  // Failed by somebody else meanwhile: the certificate is never delivered, and its slot was burnt with the failure.
  if (current?.state === "failed") fail("enrolment.failed", { enrolmentId: enrolment.id });
  // A later attempt is under way: this certificate was given up, and the reconciliation with the CA finds it.
  if (current !== undefined && isOpen(current)) return stillIssuing(enrolment.id, 2);
  assert(current?.state === "issued", "an enrolment that refuses its certificate has one already");
  return answerRecorded(deps, current, authority);
}

function overtakenBy({ renews }: RecordedEnrolment): string {
  const key = "its key was reported compromised";
  return renews === undefined ? key : `its lineage has ended or moved on, or ${key}`;
}

async function certificateFrom(
  deps: AdvanceDeps,
  enrolment: RecordedEnrolment,
  authority: ManagedAuthority,
  certificateArn: string,
  issued: IssuedCertificate,
  requestId: string,
): Promise<Certificate> {
  const verdict = await verifyIssued(issued.certificatePem, {
    authority,
    subject: subjectFor(enrolment),
    csrSpkiSha256: enrolment.spkiSha256,
    notAfter: enrolment.notAfter,
    certificateArn,
  });
  if (verdict.kind === "mismatch") {
    // The CA signed something we did not ask for: never delivered, its slot refused for ever (invariant I4).
    await recordFailure(deps, enrolment, requestId, verdict.reasons.join("; "), true);
    throw new Error(`the CA's certificate ${certificateArn} does not match: ${verdict.reasons.join("; ")}`);
  }
  const { serial, sha256, notBefore, notAfter } = verdict;
  return {
    id: certificateId(authority.id, serial),
    authorityId: authority.id,
    serial,
    slot: enrolment.slot,
    tenant: enrolment.tenant,
    holder: enrolment.holder,
    profile: enrolment.profile,
    ...(enrolment.lot === undefined ? {} : { lot: enrolment.lot }),
    ...(enrolment.renews === undefined ? {} : { renews: enrolment.renews }),
    opensAtPercent: enrolment.opensAtPercent,
    state: "active",
    sha256,
    spkiSha256: enrolment.spkiSha256,
    certificateArn,
    certificatePem: issued.certificatePem,
    notBefore,
    notAfter,
    issuedAt: deps.now(),
    enrolmentId: enrolment.id,
    version: 1,
  };
}

function recordFailure(
  deps: AdvanceDeps,
  enrolment: RecordedEnrolment,
  requestId: string,
  reason: string,
  burnSlot: boolean,
): Promise<RecordedEnrolment> {
  const audit = {
    subject: enrolment.id,
    action: "enrolment.failed",
    actor: enrolment.actor,
    requestId,
    at: deps.now(),
    facts: { reason },
  } as const;
  return deps.registry.recordFailed(enrolment, audit, burnSlot);
}

async function answerRecorded(
  deps: AdvanceDeps,
  enrolment: RecordedEnrolment,
  authority: ManagedAuthority,
): Promise<EnrolOutcome> {
  assert(enrolment.certificateId !== undefined, "an issued enrolment names its certificate");
  const certificate = await deps.registry.readCertificate(enrolment.certificateId);
  assert(certificate !== undefined, "an issued enrolment's certificate is in the registry");
  return toOutcome(enrolment.id, certificate, authority);
}

function toOutcome(
  enrolmentId: EnrolmentId,
  certificate: Certificate,
  authority: ManagedAuthority,
): EnrolOutcome {
  return {
    kind: "issued",
    enrolmentId,
    certificate,
    chainPem: authority.certificatePem + authority.chainPem,
  };
}
