// A posted renewal held against the profile as it is now, and the durable identity of that request.
import type { Certificate } from "#core/certificate/certificate.ts";
import type { Csr } from "#core/csr/csr.ts";
import { inspectCsr } from "#core/csr/inspect-csr.ts";
import { checkAgainstProfile } from "#core/enrolment/check-against-profile.ts";
import type { EnrolmentId } from "#core/enrolment/enrolment.ts";
import type { CheckedRequest } from "#core/enrolment/issue-checked.ts";
import { type Finding, fail } from "#core/error.ts";
import type { AltName } from "#core/profile/alternative-name.ts";
import type { Profile } from "#core/profile/profile.ts";
import type { ProfileSource } from "#core/profile/profile-source.ts";
import { sha256Fields } from "#core/sha256.ts";
import { slotText } from "#core/slot-page/slot.ts";

export type PostedRenewal = {
  readonly csr: string;
  readonly idempotencyKey: string | undefined;
  readonly actor: string;
};

export type CheckedRenewal = { readonly request: CheckedRequest; readonly profile: Profile };

/** Refuses with `enrolment.refused` and all findings. */
export async function checkRenewal(
  profiles: ProfileSource,
  certificate: Certificate,
  posted: PostedRenewal,
): Promise<CheckedRenewal> {
  const { tenant, holder, lot } = certificate;
  const inspection = await inspectCsr(posted.csr);
  if (inspection.kind === "unsound") refuse(inspection.findings);
  const { csr } = inspection;
  const profile = await profiles.find(certificate.profile);
  if (profile === undefined) {
    const detail = `there is no profile ${certificate.profile} any more`;
    return refuse([{ code: "profile.unknown", detail }]);
  }
  const altNames = fitting(csr, profile, certificate);
  const request: CheckedRequest = {
    ...(await identify(certificate, csr, posted)),
    tenant,
    holder,
    profile: profile.name,
    lifetimeDays: profile.lifetimeDays,
    opensAtPercent: profile.renewal.opensAtPercent,
    altNames,
    ...(lot === undefined ? {} : { lot }),
    renews: certificate.id,
    csrDer: csr.der,
    csrSha256: csr.sha256,
    spkiSha256: csr.spkiSha256,
    actor: posted.actor,
  };
  return { request, profile };
}

function fitting(csr: Csr, profile: Profile, certificate: Certificate): readonly AltName[] {
  const { tenant, holder, slot } = certificate;
  const organizationalUnit = slotText(slot);
  const verdict = checkAgainstProfile(csr, profile, { tenant, holder, organizationalUnit });
  const reused = csr.spkiSha256 === certificate.spkiSha256 && profile.renewal.keyReuse === "refuse";
  const findings = [
    ...(verdict.kind === "unfit" ? verdict.findings : []),
    ...(reused
      ? [
          {
            code: "renewal.key_reused",
            detail: `the profile ${profile.name} wants a new key at each renewal`,
          },
        ]
      : []),
  ];
  return verdict.kind === "fits" && !reused ? verdict.altNames : refuse(findings);
}

/**
 * One key for one certificate is one renewal, however often its holder makes a CSR of it: a device that lost the answer
 * seldom kept the CSR, and an ECDSA signature is never the same twice. An idempotency key is the certificate's own.
 */
async function identify(
  { id }: Certificate,
  { spkiSha256 }: Csr,
  { idempotencyKey }: PostedRenewal,
): Promise<Pick<CheckedRequest, "id" | "requestSha256">> {
  const requestSha256 = await sha256Fields("renewal", id, spkiSha256);
  const identity =
    idempotencyKey === undefined ? requestSha256 : await sha256Fields("renewal key", id, idempotencyKey);
  // The brand's source for renewals.
  return { id: `enr_${identity.slice(0, 32)}` as EnrolmentId, requestSha256 };
}

function refuse(findings: readonly Pick<Finding, "code" | "detail">[]): never {
  return fail("enrolment.refused", { findings: findings.map(finding => ({ ...finding, pointer: "/csr" })) });
}
