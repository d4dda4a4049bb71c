// Events that edgecert puts on the bus, through the outbox. Times are ISO 8601 in UTC, whole seconds.
import type { Certificate } from "#core/certificate/certificate.ts";

export type OutgoingEvent = {
  readonly detailType:
    | "Certificate Issued"
    | "Certificate Revoked"
    | "Enrolment Refused"
    | "Edge Drift Detected";
  readonly detail: Readonly<Record<string, unknown>>;
};

export const eventSource = "edgecert";

export function certificateIssued(certificate: Certificate): OutgoingEvent {
  return {
    detailType: "Certificate Issued",
    detail: {
      ...describe(certificate),
      enrolment: certificate.enrolmentId,
      issuedAt: isoSeconds(certificate.issuedAt),
    },
  };
}

/** Carries the ARN, so that the back-fill to Private CA needs no second read. */
export function certificateRevoked(
  certificate: Certificate,
  revocation: { reason: string; revokedAt: Date; actor: string },
): OutgoingEvent {
  return {
    detailType: "Certificate Revoked",
    detail: {
      ...describe(certificate),
      certificateArn: certificate.certificateArn,
      reason: revocation.reason,
      revokedAt: isoSeconds(revocation.revokedAt),
      actor: revocation.actor,
    },
  };
}

function describe(certificate: Certificate): Record<string, unknown> {
  return {
    version: "1",
    certificate: certificate.id,
    authority: certificate.authorityId,
    serial: certificate.serial,
    sha256: certificate.sha256,
    tenant: certificate.tenant,
    holder: certificate.holder,
    profile: certificate.profile,
    ...(certificate.lot === undefined ? {} : { lot: certificate.lot }),
    notAfter: isoSeconds(certificate.notAfter),
  };
}

export function isoSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
