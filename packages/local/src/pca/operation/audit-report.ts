// Audit reports: the only list of what a CA issued and revoked, written to S3 (user guide, "audit reports").
import { randomUUID } from "node:crypto";
import { HeadBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type * as z from "zod";
import { AwsError } from "../../wire/aws-json.ts";
import type { createAuditReport, describeAuditReport } from "../input/certificate.ts";
import type { Pca } from "../pca.ts";
import { type Authority, statusAt } from "../state/authority.ts";
import type { Report } from "../state/report.ts";
import { writeCsv, writeJson } from "./audit-report-text.ts";
import { invalidState } from "./authority-lifecycle.ts";

const PAUSE_MS = 30 * 60 * 1000;
type Wanted = z.output<typeof createAuditReport>;

export async function startReport(
  pca: Pca,
  input: Wanted,
): Promise<{ AuditReportId: string; S3Key: string }> {
  const authority = pca.authorities.get(input.CertificateAuthorityArn);
  const status = statusAt(authority, pca.clock.now());
  if (authority.installed === undefined || status === "DELETED") {
    throw invalidState(authority, status, "it has nothing to report");
  }
  await checkBucket(pca, input.S3BucketName);
  // From here to `save` nothing waits, so that two racing calls cannot both pass.
  const now = pca.clock.now().getTime();
  const latest = pca.reports.latest(authority.id);
  if (latest !== undefined && now - latest.createdAt < PAUSE_MS) {
    // AWS documents the limit, not the error; this one is in the operation's model.
    throw new AwsError("RequestFailedException", "An audit report can be generated once every 30 minutes.");
  }
  const id = randomUUID();
  const key = `audit-report/${authority.id}/${id}.${input.AuditReportResponseFormat.toLowerCase()}`;
  const bucket = input.S3BucketName;
  const report: Report = { id, authority: authority.id, bucket, key, status: "CREATING", createdAt: now };
  pca.reports.save(report);
  pca.inBackground(writeReport(pca, authority, report, input.AuditReportResponseFormat));
  return { AuditReportId: id, S3Key: key };
}

async function checkBucket(pca: Pca, bucket: string): Promise<void> {
  try {
    if (pca.s3 === undefined) throw new Error("no S3 endpoint");
    await pca.s3.send(new HeadBucketCommand({ Bucket: bucket }));
  } catch {
    throw new AwsError("ResourceNotFoundException", `The S3 bucket ${bucket} cannot be found.`);
  }
}

async function writeReport(
  pca: Pca,
  authority: Authority,
  report: Report,
  format: "JSON" | "CSV",
): Promise<void> {
  const write = format === "JSON" ? writeJson : writeCsv;
  const body = write(pca.account.accountId, authority.arn, pca.certificates.of(authority.id));
  const status = await pca.s3
    ?.send(new PutObjectCommand({ Bucket: report.bucket, Key: report.key, Body: body }))
    .then(
      () => "SUCCESS" as const,
      () => "FAILED" as const,
    );
  pca.reports.save({ ...report, status: status ?? "FAILED" });
  pca.emit(
    "ACM Private CA Audit Report Generation",
    [authority.arn, report.id],
    status === "SUCCESS" ? "success" : "failure",
  );
}

export function describeReport(pca: Pca, input: z.output<typeof describeAuditReport>) {
  const authority = pca.authorities.get(input.CertificateAuthorityArn);
  const report = pca.reports.find(authority.id, input.AuditReportId);
  if (report === undefined) {
    throw new AwsError("ResourceNotFoundException", `Could not find audit report ${input.AuditReportId}.`);
  }
  return {
    AuditReportStatus: report.status,
    S3BucketName: report.bucket,
    S3Key: report.key,
    CreatedAt: report.createdAt / 1000,
  };
}
