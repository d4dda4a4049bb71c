// What the grants' targets are in this stage. Roles name these ARNs and no others.
import type { Target } from "#functions/catalogue/grant.ts";
import type { StageConfig } from "./config.ts";
import { mapValues } from "./map-values.ts";
import type { StageResources } from "./stage.ts";

type Arn = $util.Input<string>;

export function arnsOf(
  config: StageConfig,
  { table, edgeStore, bus, auditReports, queues, deadLetters, trust }: StageResources,
): $util.Output<Record<Target, readonly string[]>> {
  const index = (name: string): Arn => $interpolate`${table.arn}/index/${name}`;
  const arns = {
    table: [table.arn],
    byTenant: [index("byTenant")],
    bySlot: [index("bySlot")],
    byDue: [index("byDue")],
    tableStream: [table.streamArn],
    edgeStore: [edgeStore.arn],
    bus: [bus.arn],
    ...mapValues(queues, ({ arn }) => [arn]),
    deadLetterQueue: [deadLetters.arn],
    auditReports: [$interpolate`${auditReports.arn}/audit-report/*`],
    issuingCas: [...config.issuingCaArns],
    originCa: [config.originCaArn],
    trustStore: [trust.trustStore.arn],
    // The archive of bundles; the two that CloudFront and the gateway began with are not for a function to replace.
    trustBundles: [$interpolate`${trust.bucket.arn}/trust-bundles/*`],
    originCertificates: Object.values(config.originCertificateArns),
  } satisfies Record<Target, readonly Arn[]>;
  return $output(arns);
}
