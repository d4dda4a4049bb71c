// One request for a certificate: the durable intent that makes a retry return the same certificate for ever.
import type { CertificateId } from "#core/certificate/certificate.ts";
import type { AltName } from "#core/profile/alternative-name.ts";
import type { Slot } from "#core/slot-page/slot.ts";

export const enrolmentStates = ["accepted", "issuing", "issued", "failed"] as const;
export type EnrolmentState = (typeof enrolmentStates)[number];

export type EnrolmentId = string & { readonly __brand: "EnrolmentId" };

export type Enrolment = {
  readonly id: EnrolmentId;
  readonly state: EnrolmentState;
  readonly tenant: string;
  readonly holder: string;
  readonly profile: string;
  readonly lot?: string;
  /** Everything the caller asked for, hashed: a key reused with another request is a conflict. */
  readonly requestSha256: string;
  readonly csrDer: Uint8Array;
  readonly csrSha256: string;
  readonly spkiSha256: string;
  /** Fixed with the intent: a profile that changes meanwhile changes no certificate that was asked for before. */
  readonly altNames: readonly AltName[];
  readonly authorityId: string;
  readonly slot: Slot;
  /** Fixed with the intent, so that a repeated ask to the CA is the same ask. */
  readonly notAfter: Date;
  /** The certificate that this one renews; the new one joins its lineage. */
  readonly renews?: CertificateId;
  /** An earlier successor, never seen at the edge, that the new one supersedes. */
  readonly replaces?: CertificateId;
  /** For the certificate's renewal window. */
  readonly opensAtPercent: number;
  /**
   * Counts asks with distinct idempotency tokens; a new one starts only after the last is proved fruitless.
   * 0: recorded and queued, the CA was never asked.
   */
  readonly attempt: number;
  /** The attempt is over and nothing came of it; the next begins when the CA can be asked. */
  readonly fruitless?: true;
  readonly attemptStartedAt: Date;
  readonly certificateArn?: string;
  readonly certificateId?: CertificateId;
  /** `<caller kind>:<id>`, for the audit. */
  readonly actor: string;
  readonly createdAt: Date;
  readonly version: number;
};

/** Whether a certificate may still come of it. */
export function isOpen({ state }: Pick<Enrolment, "state">): boolean {
  return state === "accepted" || state === "issuing";
}

/** Nothing of it is outstanding at the CA: it may be asked anew, by another authority too. */
export function awaitsItsTurn({ state, attempt, fruitless }: Enrolment): boolean {
  return isOpen({ state }) && (attempt === 0 || fruitless === true);
}
