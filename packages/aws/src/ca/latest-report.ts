// A CA's latest audit report for the reconciliation: asks for a new one when the last is half an hour old, waits for
// it a little, and reads it as it comes. The search for lost certificates uses the same reports (`audit-report.ts`).
import * as z from "zod";
import type { ManagedAuthority } from "#core/authority/authority.ts";
import type { IssuedEntry, LatestReport } from "#core/reconciliation/ports.ts";
import { parseSerial } from "#core/serial.ts";
import { parseSlot } from "#core/slot-page/slot.ts";
import type { RegistryTable } from "../registry/client.ts";
import {
  openReport,
  openReportBucket,
  type Report,
  readReport,
  reportIntervalSeconds,
  reportStatus,
  requestReport,
  slotTexts,
} from "./audit-report.ts";
import type { ACMPCAClient } from "./private-ca.ts";
import { reportRows } from "./report-rows.ts";

export type LatestReportOptions = {
  readonly bucket: string;
  readonly now: () => Date;
  readonly wait: (milliseconds: number) => Promise<void>;
};

/** A report of a small CA takes seconds; what takes longer is read by the next run. */
const pollEveryMs = 1_000;
const mostPolls = 60;

export function latestReportOf(
  client: ACMPCAClient,
  table: RegistryTable,
  options: LatestReportOptions,
): (authority: ManagedAuthority) => Promise<LatestReport> {
  const s3 = openReportBucket();
  return async authority => {
    const report = await freshReport(client, table, authority, options);
    if ("kind" in report) return report;
    for (let poll = 0; poll < mostPolls; poll += 1) {
      const status = await reportStatus(client, authority.caArn, report.reportId);
      if (status === "FAILED") return notYet(reportIntervalSeconds);
      if (status === "SUCCESS") {
        const body = await openReport(s3, options.bucket, report);
        const requestedAt = new Date(report.requestedAt);
        return { kind: "ready", report: { id: report.reportId, requestedAt, entries: entriesOf(body) } };
      }
      await options.wait(pollEveryMs);
    }
    return notYet(60);
  };
}

function notYet(retryAfterSeconds: number): Extract<LatestReport, { kind: "not_yet" }> {
  return { kind: "not_yet", retryAfterSeconds };
}

async function freshReport(
  client: ACMPCAClient,
  table: RegistryTable,
  authority: ManagedAuthority,
  { bucket, now }: LatestReportOptions,
): Promise<Report | Extract<LatestReport, { kind: "not_yet" }>> {
  const last = await readReport(table, authority.id);
  const ageMs =
    last === undefined ? Number.POSITIVE_INFINITY : now().getTime() - Date.parse(last.requestedAt);
  if (last !== undefined && ageMs < reportIntervalSeconds * 1_000) return last;
  const asked = await requestReport(client, table, authority, bucket, now());
  const requested = await readReport(table, authority.id);
  // Refused: the CA made one within the half hour that we know nothing of.
  if (requested === undefined || requested.reportId === last?.reportId) {
    return notYet(asked.kind === "unknown_yet" ? asked.retryAfterSeconds : reportIntervalSeconds);
  }
  return requested;
}

// `2020-02-26T18:39:57+0000`, as AWS's samples show it; a colon in the offset is taken too.
const reportTime = z.string().transform((text, context) => {
  const date = new Date(text.replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
  if (!Number.isNaN(date.getTime())) return date;
  context.addIssue("no time of an audit report");
  return z.NEVER;
});

const entryRow = z.object({
  certificateArn: z.string(),
  serial: z.string().transform((text, context) => {
    const serial = parseSerial(text);
    if (serial !== undefined) return serial;
    context.addIssue("no serial");
    return z.NEVER;
  }),
  subject: z.string(),
  notAfter: reportTime,
  issuedAt: reportTime,
  revokedAt: reportTime.nullish(),
  templateArn: z.string().nullish(),
});

/** A root's own certificate: it is no client's, and PCA refuses to revoke it. */
const rootTemplate = /\/RootCACertificate(_|\/)/;

async function* entriesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<IssuedEntry> {
  for await (const row of reportRows(body)) {
    const { templateArn, revokedAt, ...entry } = entryRow.parse(row);
    if (rootTemplate.test(templateArn ?? "")) continue;
    const [slot, second] = slotTexts(entry.subject);
    const isNamed = slot !== undefined && second === undefined;
    yield { ...entry, slot: isNamed ? parseSlot(slot) : undefined, revokedAt: revokedAt ?? undefined };
  }
}
