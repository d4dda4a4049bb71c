// Renew: the holder, known by the certificate that is to be renewed, gets the next one for a key of its choice. Policy
// applies anew; slot, intent and CA are enrolment's own steps. The lineage moves in enrolment's two transactions.
import { actorOf, type Caller } from "#core/caller.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import type { EnrolOutcome } from "#core/enrolment/advance.ts";
import { type EnrolmentId, isOpen } from "#core/enrolment/enrolment.ts";
import { type CheckedRequest, issueChecked } from "#core/enrolment/issue-checked.ts";
import { actorFacts, recordingRefusals } from "#core/enrolment/record-refusal.ts";
import { fail } from "#core/error.ts";
import { type CheckedRenewal, checkRenewal } from "./check-renewal.ts";
import { decideRenewal, type EarlierRenewal, mostRenewals, type RenewalDecision } from "./decide-renewal.ts";
import type { RenewDeps } from "./ports.ts";
import { renewalWindow } from "./window.ts";

export type RenewInput = {
  readonly caller: Caller;
  readonly certificateId: string;
  readonly csr: string;
  readonly idempotencyKey: string | undefined;
  readonly requestId: string;
};

/**
 * Issues the next certificate of the caller's own, or answers the one it was given for the same key.
 * Refusals: `caller.forbidden`, `resource.not_found`, `enrolment.refused` (all findings), `renewal.refused`,
 * `renewal.exists`, `renewal.too_early`, and what `issueChecked` refuses with. Decisions are on record before they are
 * answered.
 */
export function renewCertificate(deps: RenewDeps, input: RenewInput): Promise<EnrolOutcome> {
  const { caller, certificateId, requestId } = input;
  return recordingRefusals(deps, { caller, requestId }, async note => {
    note({ facts: { renews: certificateId } });
    const certificate = await ownCertificate(deps, caller, certificateId);
    const checked = await checkRenewal(deps.profiles, certificate, { ...input, actor: actorOf(caller) });
    const { id: enrolmentId, csrSha256, spkiSha256, profile } = checked.request;
    note({ enrolmentId, facts: { csrSha256, spkiSha256, profile } });
    const granted = await grantable(deps, certificate, checked);
    return issueChecked(deps, { ...granted, facts: actorFacts(caller) }, requestId);
  });
}

async function grantable(
  deps: RenewDeps,
  certificate: Certificate,
  { request, profile }: CheckedRenewal,
): Promise<CheckedRequest> {
  const renewed = { id: certificate.id, version: certificate.version };
  const decision = await decide(deps, certificate, profile.renewal.graceDays);
  if (decision.kind === "granted") {
    const { replaces } = decision;
    return { ...request, renewed, ...(replaces === undefined ? {} : { replaces }) };
  }
  // What was granted once is answered again, whatever has become of the successor since (invariant I2), unless the
  // lineage has ended.
  const repeated = decision.kind !== "ended" && (await deps.registry.readEnrolment(request.id)) !== undefined;
  return repeated ? { ...request, renewed } : refuse(decision, deps.now());
}

/** A certificate renews itself and no other. Whether the other exists is nobody's business (threat A2). */
async function ownCertificate(deps: RenewDeps, caller: Caller, id: string): Promise<Certificate> {
  if (caller.kind !== "certificate") {
    fail("caller.forbidden", { reason: "a certificate is renewed by its holder; anybody else enrols" });
  }
  const certificate = caller.certificateId === id ? await deps.registry.readCertificate(id) : undefined;
  return certificate ?? fail("resource.not_found", { kind: "certificate" });
}

async function decide(
  deps: RenewDeps,
  certificate: Certificate,
  graceDays: number,
): Promise<RenewalDecision> {
  const now = deps.now();
  const earlier = await readEarlier(deps, certificate);
  const own = renewalWindow(certificate);
  // Moves only ever bring a window forward: one that is open needs none.
  const window = own.start <= now ? own : renewalWindow(certificate, await deps.readWindowMoves(certificate));
  return decideRenewal({ certificate, graceDays, window, earlier, now });
}

/** A certificate never renewed costs no read. */
async function readEarlier({ registry }: RenewDeps, certificate: Certificate): Promise<EarlierRenewal> {
  const { renewalEnrolmentId, renewedBy } = certificate;
  if (renewalEnrolmentId !== undefined) {
    // The brand is restored: the registry recorded it.
    const enrolment = await registry.readEnrolment(renewalEnrolmentId as EnrolmentId);
    if (enrolment !== undefined && isOpen(enrolment)) return { kind: "open", enrolmentId: enrolment.id };
  }
  const successor = renewedBy === undefined ? undefined : await registry.readCertificate(renewedBy);
  return successor === undefined ? { kind: "none" } : { kind: "issued", successor };
}

function refuse(decision: Exclude<RenewalDecision, { kind: "granted" }>, now: Date): never {
  switch (decision.kind) {
    case "ended":
      return fail("renewal.refused", { reason: decision.reason });
    case "renewed":
      return fail("renewal.exists", { successor: decision.successor });
    case "spent":
      return fail("renewal.refused", {
        reason: `${mostRenewals} renewals led to nothing; an operator moves the window`,
      });
    case "early": {
      const { start } = decision;
      const leftMs = start.getTime() - now.getTime();
      return fail("renewal.too_early", { start, retryAfterSeconds: Math.ceil(leftMs / 1000) });
    }
  }
}
