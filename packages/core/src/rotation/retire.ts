// The end of a certificate that a successor has replaced: when its overlap is over, it is refused at the edge and
// revoked at the CA.
import type { AuditRecord } from "#core/audit.ts";
import type { Certificate, Revocation } from "#core/certificate/certificate.ts";
import type { RenewalPolicy } from "#core/profile/profile.ts";

const dayMs = 86_400_000;

/**
 * When a superseded certificate is retired. One that was replaced before anybody used it has no enrolment that renewed
 * it, and nobody who would need an overlap.
 */
export function retiresAt(
  { supersededAt, renewalEnrolmentId, issuedAt }: Certificate,
  { overlapDays }: Pick<RenewalPolicy, "overlapDays">,
): Date {
  const since = supersededAt ?? issuedAt;
  return renewalEnrolmentId === undefined ? since : new Date(since.getTime() + overlapDays * dayMs);
}

export type RetireRegistry = {
  /** One transaction: state, denied slot, audit, outbox. `already` when the certificate was revoked before. */
  readonly recordRevocation: (
    certificate: Certificate,
    revocation: Revocation,
    audit: AuditRecord,
  ) => Promise<"revoked" | "already">;
};

type Run = { readonly actor: string; readonly requestId: string; readonly now: Date };

/** The stream takes it to the edge, the outbox to the CA, as with any revocation. */
export async function retire(
  registry: RetireRegistry,
  certificate: Certificate,
  { actor, requestId, now }: Run,
): Promise<"revoked" | "already"> {
  const { id, tenant, sha256, renewedBy } = certificate;
  const revocation = { reason: "superseded", revokedAt: now, actor } as const;
  return registry.recordRevocation(certificate, revocation, {
    subject: id,
    action: "certificate.revoked",
    actor,
    tenant,
    requestId,
    at: now,
    facts: {
      reason: revocation.reason,
      sha256,
      ...(renewedBy === undefined ? {} : { successor: renewedBy }),
    },
  });
}
