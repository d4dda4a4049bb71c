// What requests to Private CA, ACM, EventBridge, SQS and S3 need.
import { describe, expect, it } from "vitest";
import { s3Permissions, sqsPermissions } from "#local/access/queue-permissions.ts";
import { acmPermissions, eventBusPermissions, pcaPermissions } from "#local/access/service-permissions.ts";

describe("a request needs", () => {
  it("its CA, and to issue also its template: the service's own when it names none", () => {
    expect(pcaPermissions("RevokeCertificate", { CertificateAuthorityArn: "arn:ca" })).toEqual([
      { action: "acm-pca:RevokeCertificate", resource: "arn:ca" },
    ]);
    const issue = { CertificateAuthorityArn: "arn:ca" };
    expect(pcaPermissions("IssueCertificate", { ...issue, TemplateArn: "arn:t" })).toMatchObject([
      { resource: "arn:ca", context: { "acm-pca:TemplateArn": ["arn:t"] } },
    ]);
    expect(pcaPermissions("IssueCertificate", issue)).toMatchObject([
      { context: { "acm-pca:TemplateArn": ["arn:aws:acm-pca:::template/EndEntityCertificate/V1"] } },
    ]);
    expect(pcaPermissions("IssueCertificate", 1)).toMatchObject([{ resource: "*" }]);
  });

  it("its certificate, or every one when it makes a new one", () => {
    const CertificateArn = "arn:certificate";
    expect(acmPermissions("ImportCertificate", { CertificateArn })).toEqual([
      { action: "acm:ImportCertificate", resource: CertificateArn },
    ]);
    expect(acmPermissions("ImportCertificate", {})).toEqual([
      { action: "acm:ImportCertificate", resource: "*" },
    ]);
  });

  it("each bus that it puts events on", () => {
    const needed = eventBusPermissions({ region: "us-east-1", accountId: "1" });
    const Entries = [
      { EventBusName: "edgecert" },
      {},
      { EventBusName: "edgecert" },
      { EventBusName: "arn:b" },
    ];
    expect(needed("PutEvents", { Entries }).map(({ resource }) => resource)).toEqual([
      "arn:aws:events:us-east-1:1:event-bus/edgecert",
      "arn:aws:events:us-east-1:1:event-bus/default",
      "arn:b",
    ]);
  });

  it("SendMessage for a batch of messages, as IAM has it", () => {
    const QueueUrl = "http://127.0.0.1:1/000000000000/orders";
    expect(sqsPermissions(name => `arn:${name}`, "SendMessageBatch", { QueueUrl })).toEqual([
      { action: "sqs:SendMessage", resource: "arn:orders" },
    ]);
  });

  it("the object of its path, or the bucket's listing", () => {
    expect(s3Permissions("GET", "/b/audit-report/a%2Bb.json?x-id=GetObject")).toEqual([
      { action: "s3:GetObject", resource: "arn:aws:s3:::b/audit-report/a+b.json" },
    ]);
    expect(s3Permissions("GET", "/b?list-type=2")).toEqual([
      { action: "s3:ListBucket", resource: "arn:aws:s3:::b" },
    ]);
  });
});
