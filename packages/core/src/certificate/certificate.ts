// The registry's record of one certificate, and the transitions its state may take.
import type { WindowMove } from "#core/renewal/window-move.ts";
import type { Serial } from "#core/serial.ts";
import type { Slot } from "#core/slot-page/slot.ts";

export const certificateStates = ["active", "held", "superseded", "revoked", "expired"] as const;
export type CertificateState = (typeof certificateStates)[number];

export type CertificateId = string & { readonly __brand: "CertificateId" };

export type Certificate = {
  readonly id: CertificateId;
  readonly authorityId: string;
  readonly serial: Serial;
  readonly slot: Slot;
  readonly tenant: string;
  readonly holder: string;
  readonly profile: string;
  readonly lot?: string;
  readonly state: CertificateState;
  /** SHA-256 of the certificate's DER, lower-case hex. */
  readonly sha256: string;
  readonly spkiSha256: string;
  readonly certificateArn: string;
  readonly certificatePem: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly issuedAt: Date;
  readonly enrolmentId: string;
  /** Lineage: the certificate that this one renewed, and the one that renewed it. */
  readonly renews?: CertificateId;
  readonly renewedBy?: CertificateId;
  /** The enrolment that renews it or did so last: no other may record a successor. */
  readonly renewalEnrolmentId?: string;
  /** How many of its renewals were taken up; a holder that loses keys has few tries. */
  readonly renewalCount?: number;
  /** When a successor took its place. */
  readonly supersededAt?: Date;
  /** When it was at the edge again, superseded: told once. */
  readonly returnedAt?: Date;
  /** The share of its life after which its renewal window opens, in percent: its profile's, at issuance. */
  readonly opensAtPercent: number;
  readonly windowMove?: WindowMove;
  /** Of what falls due for it, the latest that was announced. */
  readonly announced?: Announced;
  /** When a connection log last showed it at the edge. */
  readonly lastSeenAt?: Date;
  readonly revocation?: Revocation;
  /** Of one that is held; a hold that a rule of its profile has set says nothing of itself. */
  readonly hold?: Hold;
  /** When Private CA acknowledged the revocation: the slow third step, in the background. */
  readonly revokedAtCaAt?: Date;
  readonly version: number;
};

export type Announced = {
  /** The start of the window that `Certificate Renewal Due` told of. */
  readonly windowStart?: Date;
  /** The threshold, in days before its end, that `Certificate Expiring` told of. */
  readonly expiringDays?: number;
};

export type Hold = {
  readonly reason: string;
  readonly heldAt: Date;
  readonly actor: string;
  /** When it ends by itself, to within one sweep. */
  readonly until?: Date;
};

export type Revocation = {
  readonly reason: RevocationReason;
  readonly revokedAt: Date;
  /** Who asked: an operator's subject or the event's source and id. */
  readonly actor: string;
};

// RFC 5280 CRLReason names that AWS Private CA also knows.
export const revocationReasons = [
  "unspecified",
  "keyCompromise",
  "cACompromise",
  "affiliationChanged",
  "superseded",
  "cessationOfOperation",
  "privilegeWithdrawn",
  "aACompromise",
] as const;
export type RevocationReason = (typeof revocationReasons)[number];

/** From → to. `revoked` is terminal (invariant I5); an expired certificate may still be revoked for the record. */
export const certificateTransitions = {
  active: ["held", "superseded", "revoked", "expired"],
  held: ["active", "revoked", "expired"],
  superseded: ["revoked", "expired"],
  expired: ["revoked"],
  revoked: [],
} as const satisfies Record<CertificateState, readonly CertificateState[]>;

/** The states from which `to` may be reached; the condition of every write that changes a state. */
export function statesBefore(to: CertificateState): readonly CertificateState[] {
  return certificateStates.filter(from =>
    (certificateTransitions[from] as readonly CertificateState[]).includes(to),
  );
}

/** `<authority>-<serial>`: an authority id holds no `-`, so the id splits in one way only. */
export function certificateId(authorityId: string, serial: Serial): CertificateId {
  return `${authorityId}-${serial}` as CertificateId;
}
