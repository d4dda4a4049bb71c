// Events that edgecert puts on the bus, through the outbox. Times are ISO 8601 in UTC, whole seconds.
import type { AuditRecord } from "#core/audit.ts";
import type { Certificate } from "#core/certificate/certificate.ts";

export const outgoingTypes = [
  "Certificate Issued",
  "Certificate Revoked",
  "Certificate Renewal Due",
  "Certificate Expiring",
  "Certificate Superseded",
  "Superseded Certificate Returned",
  "Job Run Requested",
  "Rotation Ended",
  "Revocation Awaiting Approval",
  "Revocation Effective",
  "Authority State Changed",
  "Enrolment Refused",
  "Edge Drift Detected",
  "CA Drift Detected",
] as const;

export type OutgoingEvent = {
  readonly detailType: (typeof outgoingTypes)[number];
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

/**
 * For people and rules that watch for trouble: it names what was refused and where its record is, not what was posted.
 * Refusals can be many; see `RefusalRegistry` for how few of them are told.
 */
export function enrolmentRefused(audit: AuditRecord): OutgoingEvent {
  const { holder, profile, lot, code, findings } = audit.facts;
  return {
    detailType: "Enrolment Refused",
    detail: {
      version: "1",
      subject: audit.subject,
      ...(audit.tenant === undefined ? {} : { tenant: audit.tenant }),
      actor: audit.actor,
      code,
      ...(findings === undefined ? {} : { findings: findings.split(" ") }),
      ...(holder === undefined ? {} : { holder }),
      ...(profile === undefined ? {} : { profile }),
      ...(lot === undefined ? {} : { lot }),
      requestId: audit.requestId,
      refusedAt: isoSeconds(audit.at),
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

export function describe(certificate: Certificate): Record<string, unknown> {
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
