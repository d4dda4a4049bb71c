// The registry's single table as plain data: the local set-up creates it from this, infra declares it from this.
// Access patterns and the row behind each: docs/registry.md.

/** What a listing shows and a plan counts by; the certificate itself stays in the table. */
const listed = [
  "id",
  "state",
  "tenant",
  "holder",
  "lot",
  "profile",
  "serial",
  "authorityId",
  "slot",
  "sha256",
  "issuedAt",
  "notBefore",
  "notAfter",
];

export const tableLayout = {
  partitionKey: "pk",
  sortKey: "sk",
  /** Expired outbox and idempotency leftovers; never set on a certificate, a denied slot or an audit record. */
  timeToLiveAttribute: "expiresAtSeconds",
  streamViewType: "NEW_IMAGE",
  indexes: {
    /** A tenant's certificates by month of issuance: a month bounds what one partition key collects. */
    byTenant: { partitionKey: "tenantPk", sortKey: "tenantSk", include: listed },
    /** Every certificate by the page and offset of its slot: a lot is a few pages, and a proof walks them all. */
    bySlot: { partitionKey: "slotPk", sortKey: "slotSk", include: listed },
    /** Sparse: open enrolments, and certificates by the day they fall due, sharded. */
    byDue: { partitionKey: "duePk", sortKey: "dueSk", include: [] },
  },
} as const;

export type Key = { readonly pk: string; readonly sk: string };

/** Open enrolments are few; four shards keep even a stalled CA's backlog off one partition. */
export const openShards = 4;
/** 16 × 1,000 writes a second: a day's due certificates of a fleet that was issued in one go. */
export const dueShards = 16;
export const outboxShards = 16;

export const keys = {
  enrolment: (id: string): Key => ({ pk: `ENROLMENT#${id}`, sk: "ENROLMENT" }),
  /** One row per public key ever enrolled: its holder, and whether it is blocked for ever (I14). */
  publicKey: (spkiSha256: string): Key => ({ pk: `KEY#${spkiSha256}`, sk: "KEY" }),
  /** Beside that row, one for each certificate of the key. */
  byKey: (spkiSha256: string, id: string): Key => ({ pk: `KEY#${spkiSha256}`, sk: `CERTIFICATE#${id}` }),
  certificate: (id: string): Key => ({ pk: `CERTIFICATE#${id}`, sk: "CERTIFICATE" }),
  bySha256: (sha256: string, id: string): Key => ({ pk: `SHA256#${sha256}`, sk: `CERTIFICATE#${id}` }),
  byHolder: (tenant: string, holder: string, id: string): Key => ({
    pk: `HOLDER#${tenant}#${holder}`,
    sk: `CERTIFICATE#${id}`,
  }),
  /** Denied slots of one page: what the publisher reads, and all it reads. `page` is a store key, such as `m1.1a`. */
  deniedSlot: (page: string, offset: number): Key => ({
    pk: `PAGE#${page}`,
    sk: `DENIED#${offsetText(offset)}`,
  }),
  order: (authorityId: string, last: number, id: string): Key => ({
    pk: `ORDERS#${authorityId}`,
    sk: `ORDER#${slotSortKey(last)}#${id}`,
  }),
  /**
   * An order over single slots of one page. In the partition of the other orders, and so in one shard of the stream: a
   * plan's orders reach one publisher together, and cost it few store calls.
   */
  slotOrder: (authorityId: string, page: number, id: string): Key => ({
    pk: `ORDERS#${authorityId}`,
    sk: `SLOTS#${slotSortKey(page)}#${id}`,
  }),
  /** One row per revoked serial of an authority that has no slots. */
  revokedSerial: (authorityId: string, serial: string): Key => ({
    pk: `SERIALS#${authorityId}`,
    sk: `SERIAL#${serial}`,
  }),
  /** The list that those rows follow. */
  crl: (authorityId: string): Key => ({ pk: `CRL#${authorityId}`, sk: "LATEST" }),
  authority: (id: string): Key => ({ pk: "AUTHORITIES", sk: `AUTHORITY#${id}` }),
  block: (authorityId: string, first: number): Key => ({
    pk: `BLOCKS#${authorityId}`,
    sk: `BLOCK#${slotSortKey(first)}`,
  }),
  /** Whether the lot goes on, and how many blocks it has. */
  lot: (tenant: string, lot: string): Key => ({ pk: `LOT#${tenant}#${lot}`, sk: "LOT" }),
  lotBlock: (tenant: string, lot: string, ordinal: number): Key => ({
    pk: `LOT#${tenant}#${lot}`,
    sk: `BLOCK#${ordinal.toString(16).padStart(6, "0")}`,
  }),
  /** Apart from the lot's own rows, which are read as a whole: a manifest has as many rows as the lot has holders. */
  expectedHolder: (tenant: string, lot: string, holder: string): Key => ({
    pk: `MANIFEST#${tenant}#${lot}`,
    sk: `HOLDER#${holder}`,
  }),
  follow: (orderId: string): Key => ({ pk: `FOLLOW#${orderId}`, sk: "FOLLOW" }),
  /** How far a plan that is applied has come. Apart from the plan's own rows, which are read as a whole. */
  planWork: (planId: string): Key => ({ pk: `PLAN-WORK#${planId}`, sk: "WORK" }),
  claim: (id: string): Key => ({ pk: `CLAIM#${id}`, sk: "CLAIM" }),
  /** `shard` in one hex digit. */
  claimCounter: (id: string, shard: number): Key => ({
    pk: `CLAIM#${id}`,
    sk: `COUNTER#${shard.toString(16)}`,
  }),
  /** Claims of a line's certificate, in the order they end. */
  claimOfLine: (tenant: string, line: string, expiresAt: Date, id: string): Key => ({
    pk: `LINE#${tenant}#${line}`,
    sk: `CLAIM#${expiresAt.toISOString()}#${id}`,
  }),
  /** A tenant's claims, in the order they were made. */
  claimOfTenant: (tenant: string, createdAt: Date, id: string): Key => ({
    pk: `CLAIMS#${tenant}`,
    sk: `CLAIM#${createdAt.toISOString()}#${id}`,
  }),
  rule: (id: string): Key => ({ pk: "RULES", sk: `RULE#${id}` }),
  /** What one rule has refused lately, of one tenant, say: `scope` as `scopeText` writes it. */
  brake: (ruleId: string, scope: string): Key => ({ pk: `BRAKE#${ruleId}#${scope}`, sk: "BRAKE" }),
  /** What has become of a finding. */
  finding: (id: string): Key => ({ pk: `FINDING#${id}`, sk: "FINDING" }),
  /** Who may send signed findings. */
  sender: (id: string): Key => ({ pk: "SENDERS", sk: `SENDER#${id}` }),
  profile: (name: string): Key => ({ pk: "PROFILES", sk: `PROFILE#${name}` }),
  /** That one refusal of this code was told in this minute. */
  toldRefusal: (tenant: string, code: string, minute: string): Key => ({
    pk: `REFUSED#${tenant}`,
    sk: `${code}#${minute}`,
  }),
  webhook: (id: string): Key => ({ pk: "WEBHOOKS", sk: `WEBHOOK#${id}` }),
  /** A delivery that was given up, by when its event happened. */
  webhookDeadLetter: (id: string, timestamp: string, message: string): Key => ({
    pk: `WEBHOOK#${id}`,
    sk: `DEAD#${timestamp}#${message}`,
  }),
  rotation: (id: string): Key => ({ pk: `ROTATION#${id}`, sk: "ROTATION" }),
  /** Up to a hundred certificates of a wave. */
  wavePart: (rotationId: string, number: number): Key => ({
    pk: `ROTATION#${rotationId}`,
    sk: `PART#${number.toString(16).padStart(8, "0")}`,
  }),
  /** That a rotation of these certificates is under way. */
  rotationOf: (selector: string): Key => ({ pk: `ROTATION-OF#${selector}`, sk: "LIVE" }),
  plan: (id: string): Key => ({ pk: `PLAN#${id}`, sk: "PLAN" }),
  /** What a counted plan names, in the order of positions: see `plan-part-row.ts`. */
  planPart: (id: string, position: string): Key => ({ pk: `PLAN#${id}`, sk: `PART#${position}` }),
  /** What a run has found while the plan is counted. */
  planDraft: (id: string, position: string, run: string): Key => ({
    pk: `PLAN#${id}`,
    sk: `DRAFT#${position}#${run}`,
  }),
  /** A certificate that the CA issued and no enrolment owns. Kept for good: what was found once is not found again. */
  orphan: (certificateId: string): Key => ({ pk: `ORPHAN#${certificateId}`, sk: "ORPHAN" }),
  /** How far the reconciliation with the CA's reports has come. */
  caReconciliation: (authorityId: string): Key => ({ pk: `CA-RECONCILIATION#${authorityId}`, sk: "LATEST" }),
  /** What they have found, one row for each certificate and cause. */
  caFinding: (authorityId: string, cause: string, certificateId: string): Key => ({
    pk: `CA-RECONCILIATION#${authorityId}`,
    sk: `FINDING#${cause}#${certificateId}`,
  }),
  auditReport: (authorityId: string): Key => ({ pk: `AUDIT-REPORT#${authorityId}`, sk: "LATEST" }),
  audit: (subject: string, at: Date, requestId: string, action: string): Key => ({
    pk: auditPartition(subject),
    sk: `${at.toISOString()}#${requestId}#${action}`,
  }),
  /** Permits taken of one short window of the CA's rate. */
  rateWindow: (window: number): Key => ({ pk: `RATE#${window}`, sk: "ISSUE" }),
  /** One row: what publisher and reconciler last saw of the edge store. */
  edgeStatus: { pk: "EDGE", sk: "STATUS" } satisfies Key,
  /** One row: the certificate that the edge shows to our API, and the rotation under way. */
  originCertificate: { pk: "ORIGIN", sk: "CERTIFICATE" } satisfies Key,
  /** How many certificates of the authority were seen at the edge on the day (UTC), each once a day or less. */
  seenOfDay: (day: string, authorityId: string): Key => ({
    pk: `SEEN#${day}`,
    sk: `AUTHORITY#${authorityId}`,
  }),
  /** One row: CloudFront's trust store, as it was written last and as it is in force. */
  trustStore: { pk: "TRUST-STORE", sk: "STATE" } satisfies Key,
  /** One row: how far the sweep has come. */
  sweep: { pk: "SWEEP", sk: "CHECKPOINT" } satisfies Key,
  outbox: (shard: number, id: string): Key => ({ pk: `OUTBOX#${shard.toString(16)}`, sk: id }),
} as const;

/** Open enrolments in `byDue`: apart are those of which nothing is outstanding at the CA, as the queue has them. */
export function openPartition(kind: "OPEN" | "QUEUED", shard: number): string {
  return `${kind}#${shard}`;
}

/** Certificates by the day, such as `2026-03-01`, on which something is due for them. */
export function duePartition(day: string, shard: number): string {
  return `DUE#${day}#${shard}`;
}

/** A stable shard for `text`, which must be hexadecimal (a digest or a serial): its last digits are evenly spread. */
export function shardOf(text: string, shards: number): number {
  return Number.parseInt(text.slice(-4), 16) % shards;
}

/** The partition of `byTenant` for a month of issuance, such as `2026-03`. */
export function tenantMonth(tenant: string, month: string): string {
  return `TENANT#${tenant}#${month}`;
}

export function auditPartition(subject: string): string {
  return `AUDIT#${subject}`;
}

/** The partition of `byTenant` for a day's audit records; `-` is no tenant's name. */
export function auditDay(tenant: string | undefined, day: string): string {
  return `AUDIT#${tenant ?? "-"}#${day}`;
}

/** An offset in a page sorts as text too. */
export function offsetText(offset: number): string {
  return offset.toString(16).padStart(3, "0");
}

/** Slots sort as text: ten hex digits hold 2^40 of them. */
export function slotSortKey(slot: number): string {
  return slot.toString(16).padStart(10, "0");
}
