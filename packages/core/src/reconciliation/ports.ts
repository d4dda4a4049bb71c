// What the reconciliation with a CA's own list needs of the outside world.
import type { AuditRecord } from "#core/audit.ts";
import type { Authority, ManagedAuthority } from "#core/authority/authority.ts";
import type { Certificate, CertificateId } from "#core/certificate/certificate.ts";
import type { CaRevoker } from "#core/revocation/revoke-at-ca.ts";
import type { Serial } from "#core/serial.ts";
import type { Slot } from "#core/slot-page/slot.ts";
import type { CaFinding, JudgedFinding } from "./finding.ts";

/** One certificate as the CA lists it. */
export type IssuedEntry = {
  readonly certificateArn: string;
  readonly serial: Serial;
  readonly subject: string;
  /** Undefined unless the subject names exactly one: the edge admits no other. */
  readonly slot: Slot | undefined;
  readonly issuedAt: Date;
  readonly notAfter: Date;
  readonly revokedAt: Date | undefined;
};

export type CaReport = {
  readonly id: string;
  /** Asked for then: what was issued before is in it. */
  readonly requestedAt: Date;
  /** In no promised order; up to a million, so never all in memory. */
  readonly entries: AsyncIterable<IssuedEntry>;
};

export type LatestReport =
  | { readonly kind: "ready"; readonly report: CaReport }
  | { readonly kind: "not_yet"; readonly retryAfterSeconds: number };

/** A certificate that the CA issued and no enrolment owns. */
export type Orphan = {
  readonly id: CertificateId;
  readonly authorityId: string;
  readonly entry: IssuedEntry;
  /** Refused at the edge for ever. False when a certificate of the registry has, or is to have, the same slot. */
  readonly burnSlot: boolean;
};

export type Progress = {
  readonly reportId: string;
  /** Every certificate issued before has been judged. */
  readonly judgedUntil: Date;
  /** When all entries were last judged, the old ones too. */
  readonly fullPassAt: Date;
};

export type ReconciliationRegistry = {
  readonly listAuthorities: () => Promise<readonly Authority[]>;
  /** At most 100 ids; strongly consistent; absent ones are left out. */
  readonly readCertificates: (ids: readonly CertificateId[]) => Promise<readonly Certificate[]>;
  readonly readProgress: (authorityId: string) => Promise<Progress | undefined>;
  /** Expects the progress it was given. Whoever is late changes nothing. */
  readonly recordProgress: (
    authorityId: string,
    progress: Progress,
    previous: Progress | undefined,
  ) => Promise<void>;
  /** Slots of enrolments without a certificate. `asked`: the CA may have signed for it. `queued`: it has not. */
  readonly listOpenSlots: (
    authorityId: string,
  ) => Promise<{ readonly asked: ReadonlySet<Slot>; readonly queued: ReadonlySet<Slot> }>;
  /** Whether the registry has a certificate of this slot. Eventually consistent. */
  readonly isSlotTaken: (authorityId: string, slot: Slot) => Promise<boolean>;
  /** Those of the ids that are on record as orphans: whether the CA has been told. */
  readonly readOrphans: (
    ids: readonly CertificateId[],
  ) => Promise<ReadonlyMap<CertificateId, { readonly isRevokedAtCa: boolean }>>;
  /** One transaction: the orphan, its burnt slot, audit. `owned` when the registry has the certificate after all. */
  readonly recordOrphan: (orphan: Orphan, audit: AuditRecord) => Promise<"recorded" | "already" | "owned">;
  readonly recordOrphanRevokedAtCa: (id: CertificateId, at: Date) => Promise<void>;
  /** Which of them are on record with their cause. */
  readonly knownFindings: (
    authorityId: string,
    findings: readonly CaFinding[],
  ) => Promise<ReadonlySet<CertificateId>>;
  /** One transaction: at most 50 of one cause that are not on record, and the event that tells of them. */
  readonly recordFindings: (authorityId: string, findings: readonly CaFinding[]) => Promise<void>;
  /** Puts a revoked certificate back among those that the CA must be told of. False when it is there already. */
  readonly recordOwedAgain: (certificate: Certificate) => Promise<boolean>;
};

export type FindingsPage = {
  readonly findings: readonly JudgedFinding[];
  /** Where the next page begins; undefined on the last. */
  readonly next: string | undefined;
};

export type FindingsReader = {
  readonly readProgress: (authorityId: string) => Promise<Progress | undefined>;
  /** By cause and certificate, judged by what the registry says now. */
  readonly listFindings: (
    authorityId: string,
    limit: number,
    after: string | undefined,
  ) => Promise<FindingsPage>;
};

export type ReconcileCaDeps = {
  readonly registry: ReconciliationRegistry;
  readonly latestReport: (authority: ManagedAuthority) => Promise<LatestReport>;
  readonly ca: CaRevoker;
  readonly now: () => Date;
};
