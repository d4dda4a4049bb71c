// The registry's table and the buckets. The table's layout is the one that the adapters read and write.
import { tableLayout } from "#aws/registry/table.ts";
import { privateBucket } from "./bucket.ts";
import { named, outlives } from "./names.ts";

const { partitionKey, sortKey, indexes } = tableLayout;

export function declareStorage() {
  const attributes = [partitionKey, sortKey, ...Object.values(indexes).flatMap(keysOf)];
  const table = new aws.dynamodb.Table(
    "RegistryTable",
    {
      name: named("registry"),
      billingMode: "PAY_PER_REQUEST",
      attributes: attributes.map(name => ({ name, type: "S" })),
      hashKey: partitionKey,
      rangeKey: sortKey,
      globalSecondaryIndexes: Object.entries(indexes).map(([name, index]) => ({
        name,
        hashKey: index.partitionKey,
        rangeKey: index.sortKey,
        ...(index.include.length === 0
          ? { projectionType: "KEYS_ONLY" }
          : { projectionType: "INCLUDE", nonKeyAttributes: [...index.include] }),
      })),
      streamEnabled: true,
      streamViewType: tableLayout.streamViewType,
      ttl: { attributeName: tableLayout.timeToLiveAttribute, enabled: true },
      pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 35 },
      // With a key that CloudTrail shows the use of; AWS's own key shows nothing.
      serverSideEncryption: { enabled: true },
      deletionProtectionEnabled: outlives(),
    },
    { retainOnDelete: outlives() },
  );
  return { table, auditReports: auditReportsBucket() };
}

function keysOf(index: { readonly partitionKey: string; readonly sortKey: string }): readonly string[] {
  return [index.partitionKey, index.sortKey];
}

/** Private CA writes its audit reports here; it asks for these four rights when a report is created. */
function auditReportsBucket() {
  const sourceAccount = aws.getCallerIdentityOutput().accountId;
  return privateBucket("audit-reports", arn => [
    {
      Effect: "Allow",
      Principal: { Service: "acm-pca.amazonaws.com" },
      Action: ["s3:GetBucketAcl", "s3:GetBucketLocation"],
      Resource: arn,
      Condition: { StringEquals: { "aws:SourceAccount": sourceAccount } },
    },
    {
      Effect: "Allow",
      Principal: { Service: "acm-pca.amazonaws.com" },
      Action: ["s3:PutObject", "s3:PutObjectAcl"],
      Resource: $interpolate`${arn}/audit-report/*`,
      Condition: { StringEquals: { "aws:SourceAccount": sourceAccount } },
    },
  ]);
}
