// Carries a recorded enrolment to its certificate, from whatever step it had reached. At most one certificate comes of
// an enrolment (invariant I2): inside PCA's five-minute window the same token is asked again, after it the CA's own
// records are searched before anything new is asked.

import type { ManagedAuthority } from "#core/authority/authority.ts";
import { type Certificate, certificateId } from "#core/certificate/certificate.ts";
import { verifyIssued } from "#core/certificate/verify-issued.ts";
import { assert, fail, isAppError } from "#core/error.ts";
import { subjectFor } from "#core/profile/profile.ts";
import type { EnrolmentId } from "./enrolment.ts";
import type {
  CertificateAuthority,
  EnrolmentRegistry,
  IssuedCertificate,
  RecordedEnrolment,
  SlotSource,
} from "./ports.ts";
import { idempotencyToken } from "./request.ts";

export type AdvanceDeps = {
  readonly registry: EnrolmentRegistry;
  readonly ca: CertificateAuthority;
  readonly slots: SlotSource;
  readonly now: () => Date;
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
  | { readonly kind: "pending"; readonly enrolmentId: EnrolmentId; readonly retryAfterSeconds: number };

/** PCA keeps an idempotency token for five minutes from its side; one minute is left for clocks and slow networks. */
const tokenIsFreshMs = 4 * 60_000;

/**
 * Refusals: `enrolment.failed`, `ca.exhausted`. A slow, throttled or failing CA answers `pending`: the intent is
 * recorded and this function may be called again at any time, by anyone, as often as they like.
 */
export async function advanceEnrolment(
  deps: AdvanceDeps,
  enrolment: RecordedEnrolment,
  requestId: string,
): Promise<EnrolOutcome> {
  const authority = await deps.slots.authorityById(enrolment.authorityId);
  assert(authority !== undefined, `authority ${enrolment.authorityId} of a recorded enrolment exists`);
  if (enrolment.state === "issued") return answerRecorded(deps, enrolment, authority);
  if (enrolment.state === "failed") fail("enrolment.failed", { enrolmentId: enrolment.id });
  try {
    const asked = await askOnce(deps, enrolment, authority);
    if (asked.kind === "pending") return asked;
    // From the top: somebody faster may have ended the enrolment, and what follows is recorded on the row as it is now.
    if (asked.kind === "new_attempt") return await advanceEnrolment(deps, asked.enrolment, requestId);
    return await collect(deps, asked.enrolment, authority, asked.certificateArn, requestId);
  } catch (error) {
    if (isAppError(error, "ca.request_rejected")) {
      await recordFailure(deps, enrolment, requestId, error.data.reason, false);
      fail("enrolment.failed", { enrolmentId: enrolment.id }, error);
    }
    if (isAppError(error, "ca.throttled") || isAppError(error, "ca.unavailable")) {
      return { kind: "pending", enrolmentId: enrolment.id, retryAfterSeconds: error.data.retryAfterSeconds };
    }
    throw error;
  }
}

type Asked =
  | { readonly kind: "asked"; readonly enrolment: RecordedEnrolment; readonly certificateArn: string }
  | { readonly kind: "new_attempt"; readonly enrolment: RecordedEnrolment }
  | Extract<EnrolOutcome, { kind: "pending" }>;

// 3 Ask the CA, unless it is known to have been asked.
async function askOnce(
  deps: AdvanceDeps,
  enrolment: RecordedEnrolment,
  authority: ManagedAuthority,
): Promise<Asked> {
  if (enrolment.certificateArn !== undefined) {
    return { kind: "asked", enrolment, certificateArn: enrolment.certificateArn };
  }
  const age = deps.now().getTime() - enrolment.attemptStartedAt.getTime();
  if (age >= tokenIsFreshMs) {
    const found = await deps.ca.findIssued(authority, enrolment.slot, enrolment.attemptStartedAt);
    if (found.kind === "unknown_yet") {
      return { kind: "pending", enrolmentId: enrolment.id, retryAfterSeconds: found.retryAfterSeconds };
    }
    if (found.kind === "found") {
      const recorded = await deps.registry.recordAsked(enrolment, found.certificateArn);
      return { kind: "asked", enrolment: recorded, certificateArn: found.certificateArn };
    }
    return { kind: "new_attempt", enrolment: await deps.registry.recordNewAttempt(enrolment, deps.now()) };
  }
  const certificateArn = await deps.ca.ask({
    authority,
    csrDer: enrolment.csrDer,
    subject: subjectFor(enrolment),
    notAfter: enrolment.notAfter,
    idempotencyToken: await idempotencyToken({
      caArn: authority.caArn,
      csrSha256: enrolment.csrSha256,
      enrolmentId: enrolment.id,
      attempt: enrolment.attempt,
    }),
  });
  return { kind: "asked", enrolment, certificateArn };
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
    return { kind: "pending", enrolmentId: enrolment.id, retryAfterSeconds: 2 };
  }
  const certificate = await certificateFrom(deps, enrolment, authority, certificateArn, issued, requestId);
  const audit = {
    subject: certificate.id,
    action: "certificate.issued",
    actor: enrolment.actor,
    requestId,
    at: certificate.issuedAt,
    facts: { enrolmentId: enrolment.id, sha256: certificate.sha256, spkiSha256: enrolment.spkiSha256 },
  } as const;
  const first = await deps.registry.recordIssued(enrolment, certificate, audit);
  if (first) return toOutcome(enrolment.id, certificate, authority);
  const current = await deps.registry.readEnrolment(enrolment.id);
  // Failed by somebody else meanwhile: the certificate is never delivered, and its slot was burnt with the failure.
  if (current?.state === "failed") fail("enrolment.failed", { enrolmentId: enrolment.id });
  assert(current?.state === "issued", "an enrolment that refuses its certificate has one already");
  return answerRecorded(deps, current, authority);
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
