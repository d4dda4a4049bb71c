// What enrolment needs of the outside world: roles, not technologies.

import type { AuditRecord } from "#core/audit.ts";
import type { ManagedAuthority } from "#core/authority/authority.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import type { SubjectTemplate } from "#core/profile/profile.ts";
import type { Slot } from "#core/slot-page/slot.ts";
import type { Enrolment, EnrolmentId } from "./enrolment.ts";

declare const recorded: unique symbol;

/** An enrolment that is on disk. Only the registry makes one, so no CA call can come before its record. */
export type RecordedEnrolment = Enrolment & { readonly [recorded]: true };

export type RecordIntentResult =
  | { readonly kind: "recorded"; readonly enrolment: RecordedEnrolment }
  | { readonly kind: "exists"; readonly enrolment: RecordedEnrolment }
  | { readonly kind: "key_in_use" }
  | { readonly kind: "key_blocked" };

export type EnrolmentRegistry = {
  /** One transaction: intent, key claim and audit, or none of them. */
  readonly recordIntent: (enrolment: Enrolment, audit: AuditRecord) => Promise<RecordIntentResult>;
  readonly readEnrolment: (id: EnrolmentId) => Promise<RecordedEnrolment | undefined>;
  /** Expects the version it was given; answers the current row when somebody was faster. */
  readonly recordAsked: (enrolment: RecordedEnrolment, certificateArn: string) => Promise<RecordedEnrolment>;
  readonly recordNewAttempt: (enrolment: RecordedEnrolment, now: Date) => Promise<RecordedEnrolment>;
  /** `burnSlot` refuses the slot at the edge for ever, in the same transaction. */
  readonly recordFailed: (
    enrolment: RecordedEnrolment,
    audit: AuditRecord,
    burnSlot: boolean,
  ) => Promise<RecordedEnrolment>;
  /** One transaction: certificate, its lookups, enrolment, audit and outbox. False when it was recorded already. */
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
  /** How many certificates the lot is announced to have; it counts for its first block alone. */
  readonly lotSize?: number | undefined;
};

export type TakenSlot = {
  readonly authority: ManagedAuthority;
  readonly slot: Slot;
  /** No certificate of this slot may be valid from then on: its page is gone. */
  readonly expiresBy: Date;
  /** For a slot that no enrolment was recorded with. */
  readonly giveBack: () => void;
};

export type SlotSource = {
  /** A slot that nobody else has, of the authority that issues now. */
  readonly take: (need: SlotNeed) => Promise<TakenSlot>;
  readonly authorityById: (id: string) => Promise<ManagedAuthority | undefined>;
};
