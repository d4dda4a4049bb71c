// One record per decision: who, what, why, from which request. Written in the transaction of the state change.

export type AuditAction =
  | "enrolment.accepted"
  | "enrolment.refused"
  | "enrolment.failed"
  | "enrolment.moved"
  | "claim.created"
  | "claim.changed"
  | "profile.recorded"
  | "certificate.issued"
  | "certificate.revoked"
  | "certificate.superseded"
  | "certificate.returned"
  | "certificate.held"
  | "certificate.resumed"
  | "certificate.orphaned"
  | "certificate.renewal_due"
  | "certificate.expiring"
  | "certificate.expired"
  | "job.requested"
  | "renewal.window_moved"
  | "rotation.started"
  | "rotation.paused"
  | "rotation.resumed"
  | "rotation.aborted"
  | "rotation.finished"
  | "plan.created"
  | "plan.counted"
  | "plan.approved"
  | "plan.applied"
  | "plan.lifted"
  | "plan.cancelled"
  | "plan.refused"
  | "plan.expired"
  | "lot.revoked"
  | "lot.announced"
  | "lot.holders_expected"
  | "order.recorded"
  | "authority.aged_out"
  | "authority.floor_moved"
  | "authority.exhausted"
  | "authority.tried_again"
  | "authority.state_changed"
  | "authority.rehearsed"
  | "authority.rehearsal_failed"
  | "trust_bundle.written"
  | "trust_bundle.live"
  | "trust_bundle.failed"
  | "trust_bundle.foreign_change"
  | "webhook.recorded"
  | "webhook.secret_rotated"
  | "webhook.removed"
  | "finding.handled"
  | "key.blocked"
  | "rule.recorded"
  | "rule.removed"
  | "sender.created"
  | "sender.secret_rotated"
  | "sender.removed"
  | "crl.recorded"
  | "crl.applied"
  | "origin_certificate.abandoned"
  | "origin_certificate.adopted"
  | "origin_certificate.rotation_started"
  | "origin_certificate.asked"
  | "origin_certificate.importing"
  | "origin_certificate.rotated"
  | "origin_certificate.rolled_back"
  | "origin_certificate.unproved"
  | "origin_certificate.revoked"
  | "authority.registered";

export type AuditRecord = {
  /**
   * The id of what changed: an enrolment, a certificate, a claim, an order, a plan, an authority, a rotation, a profile or a job
   * by its name, a finding, `rule:<id>`, `sender:<id>`, a key's hash, or a lot as `<tenant>/<lot>`. Of a refused request
   * that has no enrolment's id: `req_<digest>`.
   */
  readonly subject: string;
  readonly action: AuditAction;
  /** `<kind>:<id>` of the caller or the event. */
  readonly actor: string;
  /** Whose it is, for the tenant's view of the audit; adapters fill it in from the row that changes. */
  readonly tenant?: string;
  readonly requestId: string;
  readonly at: Date;
  /** Hashes, ids and reasons; never a key, a challenge password or a body (invariant I11). */
  readonly facts: Readonly<Record<string, string>>;
};

/** A record as it is read back: who wrote what kind of action is no longer a matter of types. */
export type ReadAuditRecord = Omit<AuditRecord, "action"> & { readonly action: string };

export type AuditPage = {
  readonly records: readonly ReadAuditRecord[];
  /** Where the next page begins; undefined on the last. */
  readonly next: string | undefined;
};

export type AuditReader = {
  /** Of one subject, newest first. Strongly consistent. */
  readonly ofSubject: (subject: string, limit: number, after: string | undefined) => Promise<AuditPage>;
  /** Of a tenant's day in UTC, newest first; without a tenant, what belongs to none. May be seconds behind. */
  readonly ofDay: (
    tenant: string | undefined,
    day: string,
    limit: number,
    after: string | undefined,
  ) => Promise<AuditPage>;
};
