// Finds a certificate in what the CA itself says it issued. PCA lists nothing except in an audit report (JSON in S3,
// a new one at most every 30 minutes), so one report answers for every enrolment that was in doubt before it was made.
import {
  type ACMPCAClient,
  CreateCertificateAuthorityAuditReportCommand,
  DescribeCertificateAuthorityAuditReportCommand,
} from "@aws-sdk/client-acm-pca";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { ManagedAuthority } from "#core/authority/authority.ts";
import type { CertificateAuthority, FoundAtCa } from "#core/enrolment/ports.ts";
import { slotText } from "#core/slot-page/slot.ts";
import type { RegistryTable } from "../registry/client.ts";
import { keys } from "../registry/table.ts";
import { errorName, translateCaError } from "./errors.ts";
import { reportRows } from "./report-rows.ts";

/** A report must be younger than the last moment at which an ask of the attempt could still have reached the CA. */
const settledAfterMs = 5 * 60_000;
export const reportIntervalSeconds = 1_800;

const reportRow = z.object({ reportId: z.string(), s3Key: z.string(), requestedAt: z.iso.datetime() });
export type Report = z.infer<typeof reportRow>;

const searchedRow = z.object({ certificateArn: z.string(), subject: z.string() });

export function auditReportSearch(
  client: ACMPCAClient,
  table: RegistryTable,
  bucket: string,
  now: () => Date,
): CertificateAuthority["findIssued"] {
  const s3 = openReportBucket();
  let parsed: { reportId: string; arnBySlot: ReadonlyMap<string, string> } | undefined;

  async function arnsOf(report: Report): Promise<ReadonlyMap<string, string>> {
    if (parsed?.reportId !== report.reportId) {
      const arnBySlot = await indexBySlot(reportRows(await openReport(s3, bucket, report)));
      parsed = { reportId: report.reportId, arnBySlot };
    }
    return parsed.arnBySlot;
  }

  return async (authority, slot, since) => {
    const report = await readReport(table, authority.id);
    const settledAt = since.getTime() + settledAfterMs;
    if (report === undefined || new Date(report.requestedAt).getTime() < settledAt) {
      if (now().getTime() < settledAt) return wait(Math.ceil((settledAt - now().getTime()) / 1000));
      return requestReport(client, table, authority, bucket, now());
    }
    const status = await reportStatus(client, authority.caArn, report.reportId);
    if (status === "CREATING") return wait(30);
    if (status !== "SUCCESS") return requestReport(client, table, authority, bucket, now());
    const certificateArn = (await arnsOf(report)).get(slotText(slot));
    return certificateArn === undefined ? { kind: "absent" } : { kind: "found", certificateArn };
  };
}

function wait(retryAfterSeconds: number): FoundAtCa {
  return { kind: "unknown_yet", retryAfterSeconds };
}

/** Every certificate of ours names its slot in its subject, whatever order the attributes are printed in. */
async function indexBySlot(rows: AsyncIterable<unknown>): Promise<ReadonlyMap<string, string>> {
  const index = new Map<string, string>();
  for await (const row of rows) {
    const { subject, certificateArn } = searchedRow.parse(row);
    for (const slot of slotTexts(subject)) index.set(slot, certificateArn);
  }
  return index;
}

/** Every attribute of the subject that may name a slot, as the edge would read it. */
export function slotTexts(subject: string): readonly string[] {
  return [...subject.matchAll(/(?:^|,\s*)OU=(ec-[^,]*)(?=,|$)/gi)].map(([, text = ""]) => text);
}

export function openReportBucket(): S3Client {
  return new S3Client({ forcePathStyle: true });
}

/** The report's text as it comes: it may be hundreds of megabytes. */
export async function openReport(
  s3: S3Client,
  bucket: string,
  report: Report,
): Promise<AsyncIterable<Uint8Array>> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: report.s3Key }));
  if (Body === undefined) throw new Error(`the audit report ${report.reportId} has no content`);
  // On Node the body is a readable stream, whatever the type allows for browsers.
  return Body as AsyncIterable<Uint8Array>;
}

export async function readReport(table: RegistryTable, authorityId: string): Promise<Report | undefined> {
  const { Item } = await table.documents.send(
    new GetCommand({ TableName: table.tableName, Key: keys.auditReport(authorityId), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : reportRow.parse(Item);
}

export async function requestReport(
  client: ACMPCAClient,
  table: RegistryTable,
  authority: ManagedAuthority,
  bucket: string,
  at: Date,
): Promise<FoundAtCa> {
  try {
    const { AuditReportId, S3Key } = await client.send(
      new CreateCertificateAuthorityAuditReportCommand({
        CertificateAuthorityArn: authority.caArn,
        S3BucketName: bucket,
        AuditReportResponseFormat: "JSON",
      }),
    );
    const row = { reportId: AuditReportId, s3Key: S3Key, requestedAt: at.toISOString() };
    await table.documents.send(
      new PutCommand({ TableName: table.tableName, Item: { ...keys.auditReport(authority.id), ...row } }),
    );
    return wait(30);
  } catch (error) {
    // PCA makes one report at a time and at most one in half an hour; both are a reason to come back, not to fail.
    const name = errorName(error);
    if (
      name === "RequestInProgressException" ||
      name === "RequestFailedException" ||
      name === "LimitExceededException"
    ) {
      return wait(reportIntervalSeconds);
    }
    throw translateCaError(error);
  }
}

export async function reportStatus(client: ACMPCAClient, caArn: string, reportId: string): Promise<string> {
  const { AuditReportStatus } = await client.send(
    new DescribeCertificateAuthorityAuditReportCommand({
      CertificateAuthorityArn: caArn,
      AuditReportId: reportId,
    }),
  );
  return AuditReportStatus ?? "FAILED";
}
