// Certificates as the API shows them: to who enrolled them, to who asks for one, and in a listing.
import type { Certificate, Hold } from "#core/certificate/certificate.ts";
import type { EnrolOutcome } from "#core/enrolment/advance.ts";
import { isoSeconds } from "#core/event/outgoing.ts";
import type { ListedCertificate } from "#core/listing/listing.ts";
import type { EdgeRefusal } from "#core/publication/refusal-at-edge.ts";
import type {
  CertificateBody,
  IssuedCertificateBody,
  ListedCertificateBody,
} from "../contract/certificate.ts";

/** Only what never changes: every reply to one enrolment is byte-equal (invariant I2). */
export function presentIssued(
  outcome: Extract<EnrolOutcome, { readonly kind: "issued" }>,
): IssuedCertificateBody {
  const { certificate, enrolmentId, chainPem } = outcome;
  return {
    enrolment: enrolmentId,
    ...presentIdentity(certificate),
    certificate: certificate.certificatePem,
    chain: chainPem,
  };
}

/** `edge`: how far its refusal has come, where somebody has looked. */
export function presentCertificate(certificate: Certificate, edge?: EdgeRefusal): CertificateBody {
  const { state, enrolmentId, revocation, revokedAtCaAt, certificatePem } = certificate;
  const { renews, renewedBy, lastSeenAt, supersededAt, returnedAt, hold } = certificate;
  return {
    ...presentIdentity(certificate),
    state,
    ...(edge === undefined ? {} : { edge }),
    enrolment: enrolmentId,
    ...(renews === undefined ? {} : { renews }),
    ...(renewedBy === undefined ? {} : { renewedBy }),
    ...(lastSeenAt === undefined ? {} : { lastSeenAt: isoSeconds(lastSeenAt) }),
    ...(supersededAt === undefined ? {} : { supersededAt: isoSeconds(supersededAt) }),
    ...(returnedAt === undefined ? {} : { returnedAt: isoSeconds(returnedAt) }),
    ...(hold === undefined || state !== "held" ? {} : { hold: presentHold(hold) }),
    ...(revocation === undefined
      ? {}
      : {
          revocation: {
            ...revocation,
            revokedAt: isoSeconds(revocation.revokedAt),
            ...(revokedAtCaAt === undefined ? {} : { atCa: isoSeconds(revokedAtCaAt) }),
          },
        }),
    certificate: certificatePem,
  };
}

function presentHold({ reason, heldAt, actor, until }: Hold): NonNullable<CertificateBody["hold"]> {
  return {
    reason,
    heldAt: isoSeconds(heldAt),
    actor,
    ...(until === undefined ? {} : { until: isoSeconds(until) }),
  };
}

export function presentListed(certificate: ListedCertificate): ListedCertificateBody {
  return { ...presentIdentity(certificate), state: certificate.state };
}

function presentIdentity(certificate: ListedCertificate): Omit<ListedCertificateBody, "state"> {
  return {
    id: certificate.id,
    tenant: certificate.tenant,
    holder: certificate.holder,
    profile: certificate.profile,
    ...(certificate.lot === undefined ? {} : { lot: certificate.lot }),
    authority: certificate.authorityId,
    serial: certificate.serial,
    sha256: certificate.sha256,
    notBefore: isoSeconds(certificate.notBefore),
    notAfter: isoSeconds(certificate.notAfter),
  };
}
