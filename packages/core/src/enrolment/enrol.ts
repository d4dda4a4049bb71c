// Enrol: the use-case behind every route that asks for a certificate. The numbered steps are the irreversible order;
// a retry, a second delivery and the recovery job all enter `advanceEnrolment` at the first step not yet recorded.
import { actorOf, type Caller, tenantFor } from "#core/caller.ts";
import { inspectCsr } from "#core/csr/inspect-csr.ts";
import { type Finding, fail } from "#core/error.ts";
import { profiles } from "#core/profile/profile.ts";
import type { AdvanceDeps, EnrolOutcome } from "./advance.ts";
import { checkAgainstProfile } from "./check-against-profile.ts";
import { type CheckedRequest, issueChecked } from "./issue-checked.ts";
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
  return issueChecked(deps, request, input.requestId);
}

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

function refuse(findings: readonly { readonly code: string; readonly detail: string }[]): never {
  const located: Finding[] = findings.map(({ code, detail }) => ({ code, detail, pointer: "/csr" }));
  fail("enrolment.refused", { findings: located });
}
