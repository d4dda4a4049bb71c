// What a roll-over of CAs needs to know and change.
import type { AuditRecord } from "#core/audit.ts";
import type { Authority, AuthorityState, ManagedAuthority, Rehearsal } from "#core/authority/authority.ts";
import type { SlotBlock } from "#core/authority/block.ts";
import type { OutgoingEvent } from "#core/event/outgoing.ts";
import type { TrustStoreState } from "#core/trust-store/state.ts";

export type RollOverRegistry = {
  /** Strongly consistent. */
  readonly listAuthorities: () => Promise<readonly Authority[]>;
  readonly readTrustStore: () => Promise<TrustStoreState | undefined>;
  /** Id of a certificate of the authority that is neither revoked nor expired, if there is one. Reads an index. */
  readonly findLiveCertificate: (authority: ManagedAuthority, now: Date) => Promise<string | undefined>;
  /** Id of an enrolment of the authority that a certificate may still come of, if there is one. */
  readonly findOpenEnrolment: (authorityId: string) => Promise<string | undefined>;
  /**
   * One transaction with audit record and event. False when its state is not what was read. Going back to `prepared`
   * forgets the rehearsal.
   */
  readonly recordState: (
    authority: Authority,
    to: AuthorityState,
    at: Date,
    audit: AuditRecord,
    event: OutgoingEvent,
  ) => Promise<boolean>;
  /** False unless it is still prepared. */
  readonly recordRehearsal: (
    authority: ManagedAuthority,
    rehearsal: Rehearsal,
    audit: AuditRecord,
  ) => Promise<boolean>;
  /** Of these days (`2026-03-01`, UTC): certificates seen at the edge, by authority, each once a day or less. */
  readonly readSeen: (days: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  /** For what changes nothing else. */
  readonly recordAudit: (audit: AuditRecord) => Promise<void>;
};

export type RehearsalBlocks = {
  /** As `BlockRegistry.cutBlock`, of an authority that is prepared. */
  readonly cutRehearsalBlock: (authority: ManagedAuthority, block: SlotBlock) => Promise<boolean>;
};

/** `admitted`: the API was reached with the certificate and knew it. `other`: it was reached and did not. */
export type EdgeVerdict = "admitted" | "refused" | "other";

/** One request through the edge with a client certificate, to the API's route that shows that certificate. */
export type EdgeProber = (
  identity: { readonly certificatePem: string; readonly privateKeyPem: string },
  certificateId: string,
) => Promise<EdgeVerdict>;
