// What enrolment needs of the outside world: roles, not technologies.

import type { AuditRecord } from "#core/audit.ts";
import type { ManagedAuthority } from "#core/authority/authority.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import type { ClaimRefusal, ClaimUse } from "#core/claim/claim.ts";
import type { ExpectedPlace, PlaceRefusal } from "#core/lot/expected-place.ts";
import type { SubjectTemplate } from "#core/profile/profile.ts";
import type { Slot } from "#core/slot-page/slot.ts";
import type { Enrolment, EnrolmentId } from "./enrolment.ts";

declare const recorded: unique symbol;

/** An enrolment that is on disk. Only the registry makes one, so no CA call can come before its record. */
export type RecordedEnrolment = Enrolment & { readonly [recorded]: true };

export type RecordIntentResult =
  | { readonly kind: "recorded"; readonly enrolment: RecordedEnrolment }
  | { readonly kind: "exists"; readonly enrolment: RecordedEnrolment }
  /** Never for a request that is recorded already: a retry draws on no claim. */
  | { readonly kind: "claim_refused"; readonly refusal: ClaimRefusal }
  | { readonly kind: "renewed_moved_on" }
  | PlaceRefusal
  | { readonly kind: "key_in_use" }
  | { readonly kind: "key_blocked" };

/** The row as it is now, and whether it is so by this call's doing: somebody else may have been faster. */
export type Changed = { readonly enrolment: RecordedEnrolment; readonly isMine: boolean };

/** The intent is recorded only while the certificate is as it was read. */
export type RenewedCertificate = Pick<Certificate, "id" | "version">;

export type EnrolmentRegistry = {
  /**
   * One transaction: intent, the key's owner, audit, and one drawn from the first of `claims` that has one left; or
   * none of them. No claims: none is needed. `renewed` then names this enrolment as the one that renews it,
   * and the holder's `place` on the lot's manifest is this enrolment's.
   */
  readonly recordIntent: (
    enrolment: Enrolment,
    audit: AuditRecord,
    claims?: readonly ClaimUse[],
    renewed?: RenewedCertificate,
    place?: ExpectedPlace,
  ) => Promise<RecordIntentResult>;
  readonly readEnrolment: (id: EnrolmentId) => Promise<RecordedEnrolment | undefined>;
  /** Expects the version it was given; answers the current row when somebody was faster. */
  readonly recordAsked: (enrolment: RecordedEnrolment, certificateArn: string) => Promise<RecordedEnrolment>;
  /** The next attempt begins, before anybody is asked. `isMine`: this very call began it. */
  readonly recordNewAttempt: (enrolment: RecordedEnrolment, now: Date) => Promise<Changed>;
  /** The attempt is proved to have brought no certificate. */
  readonly recordFruitless: (enrolment: RecordedEnrolment) => Promise<RecordedEnrolment>;
  /** Another authority and slot, for one that nobody has been asked for: a new attempt, not begun yet. */
  readonly recordMoved: (
    enrolment: RecordedEnrolment,
    to: Pick<Enrolment, "authorityId" | "slot" | "notAfter">,
    audit: AuditRecord,
  ) => Promise<Changed>;
  /** `burnSlot` refuses the slot at the edge for ever, in the same transaction. */
  readonly recordFailed: (
    enrolment: RecordedEnrolment,
    audit: AuditRecord,
    burnSlot: boolean,
  ) => Promise<RecordedEnrolment>;
  /**
   * One transaction: certificate, its lookups, its place in the lineage, enrolment, audit and outbox. False when the
   * enrolment has moved on, when its key is blocked by now, or when what the certificate renews or replaces may not be
   * renewed or replaced any more.
   */
  readonly recordIssued: (
    enrolment: RecordedEnrolment,
    certificate: Certificate,
    audit: AuditRecord,
  ) => Promise<boolean>;
  readonly readCertificate: (id: string) => Promise<Certificate | undefined>;
};

export type IssueRequest = {
  readonly authority: Pick<ManagedAuthority, "caArn" | "keyAlgorithm">;
  readonly csrDer: Uint8Array;
  readonly subject: SubjectTemplate;
  readonly notAfter: Date;
  /** 1 to 36 characters; PCA answers the same certificate for it during five minutes. */
  readonly idempotencyToken: string;
};

export type IssuedCertificate = { readonly certificatePem: string; readonly chainPem: string };

export type FoundAtCa =
  | { readonly kind: "found"; readonly certificateArn: string }
  | { readonly kind: "absent" }
  | { readonly kind: "unknown_yet"; readonly retryAfterSeconds: number };

export type CertificateAuthority = {
  /** Asks for a certificate and answers its ARN; the certificate itself comes later. */
  readonly ask: (request: IssueRequest) => Promise<string>;
  /** The certificate, or `pending` when the CA has not finished within the given time. */
  readonly collect: (
    caArn: string,
    certificateArn: string,
    waitMs: number,
  ) => Promise<IssuedCertificate | "pending">;
  /** Looks a slot up in what the CA says it issued, in a report made after `since`. */
  readonly findIssued: (authority: ManagedAuthority, slot: Slot, since: Date) => Promise<FoundAtCa>;
};

export type SlotNeed = {
  readonly tenant: string;
  /** A lot has blocks of its own, so that it can be refused as a whole; without one the tenants share. */
  readonly lot?: string | undefined;
  /** Renewals of a lot's certificates have blocks of their own, so that the lot stays together. `enrol` when absent. */
  readonly purpose?: "enrol" | "renew" | undefined;
  /** When the certificate is to end: the slot's block lives as long at least. */
  readonly validUntil: Date;
};

export type TakenSlot = {
  readonly authority: ManagedAuthority;
  readonly slot: Slot;
  /** No certificate of this slot may be valid from then on: its page is gone. */
  readonly expiresBy: Date;
  /** The lot has a manifest: the slot is for a holder who is on it. */
  readonly forExpectedHolder: boolean;
  /** For a slot that no enrolment was recorded with. */
  readonly giveBack: () => void;
};

export type SlotSource = {
  /** A slot that nobody else has, of the authority that issues now. */
  readonly take: (need: SlotNeed) => Promise<TakenSlot>;
  /** At least one and at most `atMost` of them, neighbours as far as can be: the lot is looked at once for all. */
  readonly takeSome: (need: SlotNeed, atMost: number) => Promise<readonly TakenSlot[]>;
  readonly authorityById: (id: string) => Promise<ManagedAuthority | undefined>;
  /** Its CA has used up its certificates: no slot of it is handed out. False when that was known. */
  readonly recordExhausted: (authority: ManagedAuthority, audit: AuditRecord) => Promise<boolean>;
};
