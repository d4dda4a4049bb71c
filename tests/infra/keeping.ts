// What is stored, and how: encrypted, private, versioned, and not lost with a stage.
import { expect, it } from "vitest";
import { tableLayout } from "#aws/registry/table.ts";
import { at, type Graph, listAt, ofKind, statementsIn, textAt } from "./graph.ts";

export function everythingIsKept(graph: () => Graph): void {
  it("the table can be restored to any second of 35 days, and not be deleted", () => {
    const [table, ...more] = ofKind(graph(), "aws:dynamodb/table:Table");
    expect(more).toEqual([]);
    expect(table?.inputs).toMatchObject({
      billingMode: "PAY_PER_REQUEST",
      deletionProtectionEnabled: true,
      pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 35 },
      serverSideEncryption: { enabled: true },
      streamEnabled: true,
      streamViewType: tableLayout.streamViewType,
      ttl: { attributeName: tableLayout.timeToLiveAttribute, enabled: true },
    });
    const indexes = listAt(table?.inputs, "globalSecondaryIndexes").map(index => at(index, "name"));
    expect([...indexes].sort()).toEqual(Object.keys(tableLayout.indexes).sort());
  });

  it("every bucket is private, encrypted, versioned and reached by TLS only", () => {
    const buckets = ofKind(graph(), "aws:s3/bucket:Bucket").map(({ inputs }) => textAt(inputs, "bucket"));
    expect(buckets).toHaveLength(2);
    const of = (kind: string, bucket: string): unknown =>
      ofKind(graph(), kind).find(({ inputs }) => at(inputs, "bucket") === bucket)?.inputs;
    for (const bucket of buckets) {
      expect(of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", bucket), bucket).toMatchObject({
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      });
      const encryption = of(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        bucket,
      );
      expect(at(encryption, "rules", 0, "applyServerSideEncryptionByDefault", "sseAlgorithm"), bucket).toBe(
        "AES256",
      );
      expect(
        at(of("aws:s3/bucketVersioning:BucketVersioning", bucket), "versioningConfiguration", "status"),
        bucket,
      ).toBe("Enabled");
      const statements = statementsIn(at(of("aws:s3/bucketPolicy:BucketPolicy", bucket), "policy"));
      expect(statements[0], bucket).toMatchObject({
        Effect: "Deny",
        Principal: "*",
        Action: ["s3:*"],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      });
      for (const { Effect, Principal } of statements.slice(1)) {
        expect(Effect, bucket).toBe("Allow");
        expect(Principal, bucket).toEqual({ Service: "acm-pca.amazonaws.com" });
      }
    }
  });

  it("every queue is encrypted and takes nothing without TLS", () => {
    const queues = ofKind(graph(), "aws:sqs/queue:Queue");
    for (const { inputs } of queues)
      expect(at(inputs, "sqsManagedSseEnabled"), textAt(inputs, "name")).toBe(true);
    const policies = ofKind(graph(), "aws:sqs/queuePolicy:QueuePolicy");
    expect(policies).toHaveLength(queues.length);
    for (const { inputs } of policies)
      expect(statementsIn(at(inputs, "policy"))[0]).toMatchObject({
        Effect: "Deny",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      });
  });

  it("every log is kept for 90 days", () => {
    const groups = ofKind(graph(), "aws:cloudwatch/logGroup:LogGroup");
    expect(groups.length).toBeGreaterThan(10);
    for (const { inputs } of groups) expect(at(inputs, "retentionInDays"), textAt(inputs, "name")).toBe(90);
  });

  it("every name is the stage's own, so that two stages share nothing", () => {
    const fields = ["name", "bucket", "dashboardName"];
    const shared = graph().filter(({ type, inputs }) => {
      if (
        !type.startsWith("aws:") ||
        type.startsWith("aws:apigatewayv2/stage") ||
        type.startsWith("aws:s3/bucketObject")
      )
        return false;
      const name = fields.map(field => at(inputs, field)).find(value => typeof value === "string");
      // A subscription filter is within its log group.
      if (name === undefined || type.startsWith("aws:cloudwatch/logSubscriptionFilter")) return false;
      return !String(name).includes("edgecert-test-");
    });
    expect(shared.map(({ type, name }) => `${type} ${name}`)).toEqual([]);
  });

  it("no CA is created: they are named, and outlive the stage", () => {
    expect(graph().filter(({ type }) => type.startsWith("aws:acmpca/"))).toEqual([]);
  });

  it("every alarm tells somebody", () => {
    const alarms = ofKind(graph(), "aws:cloudwatch/metricAlarm:MetricAlarm");
    for (const { inputs } of alarms) {
      expect(at(inputs, "alarmActions"), textAt(inputs, "name")).toEqual([
        "arn:aws:sns:us-east-1:123456789012:alarms",
      ]);
      expect(textAt(inputs, "alarmDescription"), textAt(inputs, "name")).not.toBe("");
    }
    const names = alarms.map(({ inputs }) => textAt(inputs, "name").replace("edgecert-test-", ""));
    for (const promise of [
      "time-to-edge",
      "publisher-behind",
      "drift",
      "store-filling",
      "ca-used-up",
      "origin-certificate-expiring",
      "dead-letters",
    ])
      expect(names).toContain(promise);
  });
}
