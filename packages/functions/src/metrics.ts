// The edge's and the CA's figures as CloudWatch metrics in EMF: one line of the function's log carries all of one publication.
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";

const units = {
  /** From the registry's commit to the store's acknowledgement, of the oldest change in the batch. */
  PublicationLag: MetricUnit.Milliseconds,
  KeysWritten: MetricUnit.Count,
  StoreCalls: MetricUnit.Count,
  Conflicts: MetricUnit.Count,
  StoreBytes: MetricUnit.Bytes,
  /** Of the store's quota. 70: warn. 90: alarm. From 95 on no pages are provisioned. */
  StoreUsage: MetricUnit.Percent,
  /** 1 when the store refused a write for want of room: somebody who is good is refused. */
  StoreFull: MetricUnit.Count,
  /** When the store was last written, epoch milliseconds, as in the store's key `g`. */
  Generation: MetricUnit.Milliseconds,
  /** Keys that said something else than the registry. */
  Drift: MetricUnit.Count,
  /** Of the certificate that the edge shows to the API. */
  OriginCertificateDaysLeft: MetricUnit.Count,
  /** 1 when a run has something to tell a person: it rolled back, the edge presents another one, few days are left. */
  OriginCertificateAlarm: MetricUnit.Count,
  /** 1 when the trust store needs a person: a bundle was refused, somebody else wrote, nothing uses it. */
  TrustStoreAlarm: MetricUnit.Count,
  /** Prepared authorities whose certificate did not come through the edge. */
  RehearsalsRefused: MetricUnit.Count,
  /** 1 for each authority whose CA answers that it has no certificates left. */
  AuthorityExhausted: MetricUnit.Count,
  /** Asks that found the CA's rate used up and were queued, or waited in vain. */
  PermitsRefused: MetricUnit.Count,
  QueuedEnrolments: MetricUnit.Count,
  QueuedRenewals: MetricUnit.Count,
  /** Age of the oldest enrolment that waits for its turn. */
  OldestQueued: MetricUnit.Seconds,
  /** Rotations that ended themselves: too many holders did not renew in time. */
  RotationsAborted: MetricUnit.Count,
  /** Certificates of a CA that no enrolment owns, found by one run; those left to a person too. */
  Orphans: MetricUnit.Count,
  /** What one sweep announced, ended and retired. */
  RenewalsDue: MetricUnit.Count,
  CertificatesExpiring: MetricUnit.Count,
  CertificatesExpired: MetricUnit.Count,
  CertificatesRetired: MetricUnit.Count,
  /** Certificates and buckets that a sweep could not deal with. Its absence says that no sweep has run. */
  SweepFailures: MetricUnit.Count,
  /** Lines of the connection log that are no records: CloudFront has changed their form, and nothing is seen any more. */
  ConnectionLinesMalformed: MetricUnit.Count,
  /** Deliveries to webhooks that were given up after the last try. */
  WebhookDeadLetters: MetricUnit.Count,
  /** Superseded certificates that came back: each may be a stolen one. */
  SupersededReturned: MetricUnit.Count,
} as const;

export type EdgeMetric = keyof typeof units;

// The namespace is the stage's own, in POWERTOOLS_METRICS_NAMESPACE: two stages of one account are not one curve.
const metrics = new Metrics({ serviceName: "edge" });

export function recordMetrics(values: Readonly<Partial<Record<EdgeMetric, number>>>): void {
  // `Object.entries` forgets the keys' type, and the parameter has no others.
  for (const [name, value] of Object.entries(values) as [EdgeMetric, number][])
    metrics.addMetric(name, units[name], value);
  metrics.publishStoredMetrics();
}
