// Whether a certificate may be renewed now. Pure: the record, what has come of earlier tries, and the time decide.
import type { Certificate, CertificateId } from "#core/certificate/certificate.ts";
import type { RenewalWindow } from "./window.ts";

/** What has come of the certificate's renewal so far. */
export type EarlierRenewal =
  | { readonly kind: "none" }
  | { readonly kind: "open"; readonly enrolmentId: string }
  | { readonly kind: "issued"; readonly successor: Certificate };

export type RenewalDecision =
  | {
      readonly kind: "granted";
      /** A successor that nobody has used: the holder has lost its key, or never got the answer. */
      readonly replaces?: CertificateId;
    }
  | { readonly kind: "ended"; readonly reason: string }
  | { readonly kind: "renewed"; readonly successor: string }
  | { readonly kind: "spent" }
  | { readonly kind: "early"; readonly start: Date };

type Facts = {
  readonly certificate: Certificate;
  readonly graceDays: number;
  readonly window: RenewalWindow;
  readonly earlier: EarlierRenewal;
  readonly now: Date;
};

/**
 * Renewals of one certificate, until an operator moves its window. A holder that loses a key, or the answer and the
 * key with it, is not lost; a loop in its firmware cannot use up the CA.
 */
export const mostRenewals = 4;

export function decideRenewal({ certificate, graceDays, window, earlier, now }: Facts): RenewalDecision {
  const end = endOfLineage(certificate) ?? endOfGrace(certificate, graceDays, now);
  if (end !== undefined) return { kind: "ended", reason: end };
  if (earlier.kind === "open") return { kind: "renewed", successor: earlier.enrolmentId };
  const successor = earlier.kind === "issued" ? earlier.successor : undefined;
  if (successor !== undefined) {
    const reason = endOfLineage(successor);
    if (reason !== undefined) return { kind: "ended", reason: `of its successor ${successor.id}: ${reason}` };
    if (isInUse(successor)) return { kind: "renewed", successor: successor.id };
  }
  if ((certificate.renewalCount ?? 0) >= mostRenewals) return { kind: "spent" };
  if (now < window.start) return { kind: "early", start: window.start };
  return successor?.state === "active" ? { kind: "granted", replaces: successor.id } : { kind: "granted" };
}

/** Why nothing may follow the certificate, or undefined. */
export function endOfLineage({ state, revocation }: Certificate): string | undefined {
  if (state === "held") return "the certificate is held";
  if (state !== "revoked") return undefined;
  return revocation?.reason === "superseded"
    ? "the certificate was superseded and is retired"
    : "the certificate is revoked";
}

function endOfGrace({ notAfter }: Certificate, graceDays: number, now: Date): string | undefined {
  // RFC 5280, 4.1.2.5: the validity includes its last second.
  if (now.getTime() <= notAfter.getTime() + graceDays * 86_400_000) return undefined;
  return graceDays === 0 ? "the certificate has expired" : "the certificate has expired beyond its grace";
}

/** Connection logs come late, so a successor that was renewed itself counts as seen. */
export function isInUse(successor: Certificate): boolean {
  return (
    successor.lastSeenAt !== undefined ||
    successor.renewalEnrolmentId !== undefined ||
    successor.state === "superseded"
  );
}
