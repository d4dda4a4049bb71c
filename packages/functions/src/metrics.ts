// The edge's figures as CloudWatch metrics in EMF: one line of the function's log carries all of one publication.
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
} as const;

export type EdgeMetric = keyof typeof units;

const metrics = new Metrics({ namespace: "edgecert", serviceName: "edge" });

export function recordMetrics(values: Readonly<Partial<Record<EdgeMetric, number>>>): void {
  // `Object.entries` forgets the keys' type, and the parameter has no others.
  for (const [name, value] of Object.entries(values) as [EdgeMetric, number][])
    metrics.addMetric(name, units[name], value);
  metrics.publishStoredMetrics();
}
