// What a reconciliation with a CA found and a person may ask about: kept, told once, and shown with what to do about it.
import type { Certificate, CertificateId } from "#core/certificate/certificate.ts";
import type { OutgoingEvent } from "#core/event/outgoing.ts";
import type { Suspect } from "./read-report.ts";

export const findingCauses = [
  /** The CA issued it, and no enrolment owns it. */
  "unknown_certificate",
  /** Revoked here, and the CA's report does not show it. */
  "revocation_missing_at_ca",
  /** Revoked at the CA behind our back: the edge still admits it. */
  "revoked_at_ca_only",
] as const;

export type FindingCause = (typeof findingCauses)[number];

export type CaFinding = {
  readonly id: CertificateId;
  readonly cause: FindingCause;
  readonly foundAt: Date;
  readonly reportId: string;
  readonly certificateArn: string;
  readonly subject: string;
  readonly notAfter: Date;
};

/** What the registry says by now of a certificate that a finding names. */
export type FindingFacts = {
  readonly certificate: Pick<Certificate, "state" | "revokedAtCaAt"> | undefined;
  readonly isOrphanRevoked: boolean;
};

export type JudgedFinding = CaFinding & {
  readonly state: "open" | "settled";
  readonly proposal: { readonly action: "inspect" | "revoke" | "wait" | "none"; readonly detail: string };
};

export function findingOf(
  cause: FindingCause,
  { id, entry }: Suspect,
  reportId: string,
  foundAt: Date,
): CaFinding {
  const { certificateArn, subject, notAfter } = entry;
  return { id, cause, foundAt, reportId, certificateArn, subject, notAfter };
}

/** Nothing is written when a finding settles: what it is about says so itself. */
export function judgeFinding(finding: CaFinding, facts: FindingFacts): JudgedFinding {
  if (isSettled(finding, facts)) {
    return {
      ...finding,
      state: "settled",
      proposal: { action: "none", detail: settledBecause[finding.cause] },
    };
  }
  return { ...finding, state: "open", proposal: proposals[finding.cause] };
}

function isSettled({ cause }: CaFinding, { certificate, isOrphanRevoked }: FindingFacts): boolean {
  switch (cause) {
    case "unknown_certificate":
      return isOrphanRevoked || certificate !== undefined;
    case "revocation_missing_at_ca":
      return certificate?.revokedAtCaAt !== undefined;
    case "revoked_at_ca_only":
      return certificate?.state === "revoked" || certificate?.state === "expired";
  }
}

const proposals = {
  unknown_certificate: {
    action: "inspect",
    detail:
      "Too many at once to be revoked unseen, or a run that failed. Were rows of the registry lost, restore them; were " +
      "the certificates issued by somebody else, run reconcile-ca with a larger mostOrphans.",
  },
  revocation_missing_at_ca: {
    action: "wait",
    detail: "The CA is told again within minutes; a run of backfill-ca does it now.",
  },
  revoked_at_ca_only: {
    action: "revoke",
    detail: "Whoever revoked it at the CA had a reason, and the edge still admits it: revoke it here too.",
  },
} as const satisfies Record<FindingCause, JudgedFinding["proposal"]>;

const settledBecause = {
  unknown_certificate: "Its slot is refused and the CA has revoked it, or an enrolment has recorded it.",
  revocation_missing_at_ca: "The CA has acknowledged the revocation.",
  revoked_at_ca_only: "It is revoked here too, or has expired.",
} as const satisfies Record<FindingCause, string>;

/** One event for what is new of one cause: what stands already is not told again. */
export function caDriftDetected(authorityId: string, findings: readonly CaFinding[]): OutgoingEvent {
  return {
    detailType: "CA Drift Detected",
    detail: {
      version: "1",
      authority: authorityId,
      report: findings[0]?.reportId,
      cause: findings[0]?.cause,
      count: findings.length,
      certificates: findings.map(({ id }) => id),
    },
  };
}
