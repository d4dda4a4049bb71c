// Enrol: the use-case behind every route that asks for a certificate. The numbered steps are the irreversible order;
// a retry, a second delivery and the recovery job all enter `advanceEnrolment` at the first step not yet recorded.
import { actorOf, type Caller, principalOf } from "#core/caller.ts";
import type { Csr } from "#core/csr/csr.ts";
import { inspectCsr } from "#core/csr/inspect-csr.ts";
import { type Finding, fail } from "#core/error.ts";
import type { Profile } from "#core/profile/profile.ts";
import type { AdvanceDeps, EnrolOutcome } from "./advance.ts";
import { type AuthoriseDeps, authorise, type Grant } from "./authorise.ts";
import { checkAgainstProfile } from "./check-against-profile.ts";
import { type CheckedRequest, issueChecked } from "./issue-checked.ts";
import { actorFacts, type Noted, type RefusalDeps, recordingRefusals } from "./record-refusal.ts";
import { type EnrolRequest, identifyRequest } from "./request.ts";

export type EnrolDeps = AdvanceDeps & AuthoriseDeps & RefusalDeps;

export type EnrolInput = {
  readonly caller: Caller;
  readonly request: EnrolRequest;
  readonly idempotencyKey: string | undefined;
  readonly requestId: string;
};

/**
 * Issues a certificate for the request, or answers the one it has already been given. Every refusal is on record before
 * it is answered: `caller.forbidden`, `claim.exhausted`, `claim.inactive`, `request.malformed` and `enrolment.refused`
 * (all findings), `enrolment.key_in_use`, `enrolment.key_blocked`, `idempotency.conflict`, `lot.revoked`. Circumstances
 * are not: `authority.unavailable`, and what `advanceEnrolment` refuses with.
 */
export function enrolCertificate(deps: EnrolDeps, input: EnrolInput): Promise<EnrolOutcome> {
  return recordingRefusals(deps, input, async note => {
    // 1 Parse and check: nothing is taken for a request that cannot be granted.
    const request = await checkRequest(deps, input, note);
    return issueChecked(deps, request, input.requestId);
  });
}

/** Refuses as `enrolCertificate` does, but leaves the record to its caller: what is known by then is noted. */
export async function checkRequest(
  deps: AuthoriseDeps,
  { caller, request, idempotencyKey }: Omit<EnrolInput, "requestId">,
  note: (more: Noted) => void,
): Promise<CheckedRequest> {
  const { holder, lot } = request;
  note({ facts: { holder, lot, profile: request.profile } });
  const inspection = await inspectCsr(request.csr);
  const csr = inspection.kind === "sound" ? inspection.csr : undefined;
  note({ facts: { csrSha256: csr?.sha256, spkiSha256: csr?.spkiSha256 } });
  const grant = await authorise(deps, caller, request);
  note({ tenant: grant.tenant });
  const unsound = inspection.kind === "unsound" ? located(inspection.findings, "/csr") : [];
  const { tenant, profile, altNames } = grantable(grant, request, csr, unsound);
  if (csr === undefined) return refuse(unsound);

  const { enrolmentId, requestSha256 } = await identifyRequest({
    tenant,
    principal: principalOf(caller),
    idempotencyKey,
    holder,
    profile: profile.name,
    lot,
    csrSha256: csr.sha256,
  });
  note({ enrolmentId });
  return {
    id: enrolmentId,
    tenant,
    holder,
    profile: profile.name,
    lifetimeDays: profile.lifetimeDays,
    opensAtPercent: profile.renewal.opensAtPercent,
    altNames,
    ...(lot === undefined ? {} : { lot }),
    requestSha256,
    csrDer: csr.der,
    csrSha256: csr.sha256,
    spkiSha256: csr.spkiSha256,
    actor: actorOf(caller),
    ...(grant.claims === undefined ? {} : { claims: grant.claims }),
    facts: actorFacts(caller),
  };
}

/** All that is wrong at once: what the caller left out, what the CSR is, and what the profile says of it. */
function grantable(
  { tenant, profile }: Grant,
  { holder }: EnrolRequest,
  csr: Csr | undefined,
  unsound: readonly Finding[],
): { readonly tenant: string; readonly profile: Profile; readonly altNames: CheckedRequest["altNames"] } {
  const verdict =
    csr === undefined || profile === undefined || tenant === undefined
      ? undefined
      : checkAgainstProfile(csr, profile, { tenant, holder });
  const findings = [
    ...(profile === undefined ? [unknownProfile] : []),
    ...unsound,
    ...(verdict?.kind === "unfit" ? located(verdict.findings, "/csr") : []),
  ];
  if (tenant === undefined) fail("request.malformed", { findings: [tenantMissing, ...findings] });
  if (findings.length > 0 || profile === undefined || verdict?.kind !== "fits") return refuse(findings);
  return { tenant, profile, altNames: verdict.altNames };
}

const tenantMissing: Finding = {
  code: "tenant.missing",
  detail: "an operator names the tenant",
  pointer: "/tenant",
};
export const unknownProfile: Finding = {
  code: "profile.unknown",
  detail: "there is no profile of this name",
  pointer: "/profile",
};

function located(
  findings: readonly { readonly code: string; readonly detail: string }[],
  pointer: string,
): readonly Finding[] {
  return findings.map(({ code, detail }) => ({ code, detail, pointer }));
}

function refuse(findings: readonly Finding[]): never {
  fail("enrolment.refused", { findings });
}
