// One record per decision: who, what, why, from which request. Written in the transaction of the state change.

export type AuditAction =
  | "enrolment.accepted"
  | "enrolment.failed"
  | "certificate.issued"
  | "certificate.revoked"
  | "certificate.held"
  | "certificate.resumed"
  | "lot.revoked"
  | "order.recorded"
  | "authority.aged_out"
  | "crl.recorded"
  | "crl.applied"
  | "authority.registered";

export type AuditRecord = {
  /** The id of what changed: an enrolment, a certificate, an order, an authority, or a lot as `<tenant>/<lot>`. */
  readonly subject: string;
  readonly action: AuditAction;
  /** `<kind>:<id>` of the caller or the event. */
  readonly actor: string;
  readonly requestId: string;
  readonly at: Date;
  /** Hashes, ids and reasons; never a key, a challenge password or a body (invariant I11). */
  readonly facts: Readonly<Record<string, string>>;
};
