// What the reader of connection logs needs of the outside world.
import type { AuditRecord } from "#core/audit.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import type { OutgoingEvent } from "#core/event/outgoing.ts";
import type { ProfileSource } from "#core/profile/profile-source.ts";
import type { HoldRegistry } from "#core/revocation/hold.ts";
import type { QuietCertificates } from "./quiet-certificates.ts";
import type { RetireRegistry } from "./retire.ts";

/** That a certificate was at the edge at `at`. It counts unless one at `since` or later is on record. */
export type Seen = { readonly certificate: Certificate; readonly at: Date; readonly since: Date };

/** A certificate whose successor was seen. */
export type Superseded = {
  readonly certificate: Certificate;
  readonly supersededAt: Date;
  /** When its overlap ends. */
  readonly retiresAt: Date;
  readonly audit: AuditRecord;
  readonly event: OutgoingEvent;
};

/** That a superseded certificate came back at `at`. */
export type Returned = {
  readonly certificate: Certificate;
  readonly at: Date;
  readonly audit: AuditRecord;
  readonly event: OutgoingEvent;
};

export type SeenRegistry = Pick<HoldRegistry, "recordHold"> &
  RetireRegistry & {
    /** Strongly consistent. Absent ones are left out. */
    readonly readCertificates: (ids: readonly string[]) => Promise<readonly Certificate[]>;
    readonly readCertificate: (id: string) => Promise<Certificate | undefined>;
    /** One write, no transaction. False when it does not count. */
    readonly recordSeen: (seen: Seen) => Promise<boolean>;
    /**
     * One transaction: the successor is seen, and each of its predecessors superseded, with audit record and event.
     * False when the sighting does not count, the successor was held or revoked, or one of the predecessors is not
     * active any more or was renewed by another.
     */
    readonly recordSuperseded: (successor: Seen, predecessors: readonly Superseded[]) => Promise<boolean>;
    /** One transaction, with audit record and event. False when a return is on record. */
    readonly recordReturned: (returned: Returned) => Promise<boolean>;
  };

export type SeenDeps = {
  readonly registry: SeenRegistry;
  readonly profiles: ProfileSource;
  readonly quiet: QuietCertificates;
  readonly now: () => Date;
};

export type Run = { readonly requestId: string };

export const actor = "job:record-seen";
