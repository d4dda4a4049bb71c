// The two formats of an audit report, field by field as in AWS's samples.
import { certificateArn } from "../arn.ts";
import type { IssuedCertificate } from "../state/certificate.ts";

type Row = {
  readonly awsAccountId: string;
  readonly requestedByServicePrincipal?: string;
  readonly certificateArn: string;
  /** Colon-separated octets. */
  readonly serial: string;
  readonly subject: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly issuedAt: string;
  readonly revokedAt?: string | undefined;
  readonly revocationReason?: string | undefined;
  readonly templateArn: string;
};

const COLUMNS = [
  "awsAccountId",
  "requestedByServicePrincipal",
  "certificateArn",
  "serial",
  "subject",
  "notBefore",
  "notAfter",
  "issuedAt",
  "revokedAt",
  "revocationReason",
  "templateArn",
] as const satisfies readonly (keyof Row)[];

export function writeJson(
  accountId: string,
  caArn: string,
  certificates: readonly IssuedCertificate[],
): string {
  return JSON.stringify(certificates.map(item => toRow(accountId, caArn, item)));
}

export function writeCsv(
  accountId: string,
  caArn: string,
  certificates: readonly IssuedCertificate[],
): string {
  const lines = certificates.map(item => {
    const row = toRow(accountId, caArn, item);
    return COLUMNS.map(column => quoted(row[column] ?? "")).join(",");
  });
  return [COLUMNS.join(","), ...lines, ""].join("\n");
}

function toRow(accountId: string, caArn: string, item: IssuedCertificate): Row {
  return {
    awsAccountId: accountId,
    certificateArn: certificateArn(caArn, item.serial),
    serial: item.serial.replace(/(..)(?!$)/g, "$1:"),
    subject: item.subject,
    notBefore: timeText(item.notBefore),
    notAfter: timeText(item.notAfter),
    issuedAt: timeText(item.issuedAt),
    revokedAt: item.revokedAt === undefined ? undefined : timeText(item.revokedAt),
    revocationReason: item.reason,
    templateArn: item.template,
  };
}

/** `2020-02-26T18:39:57+0000`. */
const timeText = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "+0000");

const quoted = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
