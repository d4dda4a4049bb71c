// Domain values ⇄ table rows. Rows are parsed once, here; a row that does not parse is a broken invariant.
import * as z from "zod";
import {
  type Certificate,
  type CertificateId,
  certificateStates,
  revocationReasons,
} from "#core/certificate/certificate.ts";
import type { Enrolment, EnrolmentId } from "#core/enrolment/enrolment.ts";
import { enrolmentStates } from "#core/enrolment/enrolment.ts";
import type { Serial } from "#core/serial.ts";
import type { Slot } from "#core/slot-page/slot.ts";
import { offsetOf, pageKey, pageOf } from "#core/slot-page/slot.ts";
import { dueShards, keys, offsetText, openShards, shardOf } from "./table.ts";

export type Row = Readonly<Record<string, unknown>>;

const date = z.iso.datetime().transform(text => new Date(text));
const slot = z
  .number()
  .int()
  .min(0)
  .transform(value => value as Slot);
const bytes = z.instanceof(Uint8Array);

// The brands are restored, not invented: only the parsers' values were ever written.
const certificateIdText = z.string().transform(value => value as CertificateId);

const certificateRow = z.object({
  id: certificateIdText,
  serial: z.string().transform(value => value as Serial),
  authorityId: z.string(),
  slot,
  tenant: z.string(),
  holder: z.string(),
  profile: z.string(),
  lot: z.string().optional(),
  state: z.enum(certificateStates),
  sha256: z.string(),
  spkiSha256: z.string(),
  certificateArn: z.string(),
  certificatePem: z.string(),
  notBefore: date,
  notAfter: date,
  issuedAt: date,
  enrolmentId: z.string(),
  renews: certificateIdText.optional(),
  renewedBy: certificateIdText.optional(),
  lastSeenAt: date.optional(),
  revocation: z.object({ reason: z.enum(revocationReasons), revokedAt: date, actor: z.string() }).optional(),
  revokedAtCaAt: date.optional(),
  version: z.number(),
});

export function toCertificateRow(certificate: Certificate): Row {
  const { id, tenant } = certificate;
  const issuedAt = certificate.issuedAt.toISOString();
  const due = dueAt(certificate).toISOString();
  return {
    ...keys.certificate(id),
    type: "certificate",
    ...certificate,
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    issuedAt,
    ...(certificate.lastSeenAt === undefined ? {} : { lastSeenAt: certificate.lastSeenAt.toISOString() }),
    tenantPk: `TENANT#${tenant}#${issuedAt.slice(0, 7)}`,
    tenantSk: `${issuedAt}#${id}`,
    slotPk: pageKey(certificate.authorityId, pageOf(certificate.slot)),
    slotSk: offsetText(offsetOf(certificate.slot)),
    duePk: `DUE#${due.slice(0, 10)}#${shardOf(certificate.sha256, dueShards)}`,
    dueSk: `${due}#${id}`,
  };
}

export function fromCertificateRow(row: Row): Certificate {
  const { lot, renews, renewedBy, lastSeenAt, revocation, revokedAtCaAt, ...rest } =
    certificateRow.parse(row);
  return {
    ...rest,
    ...(lot === undefined ? {} : { lot }),
    ...(renews === undefined ? {} : { renews }),
    ...(renewedBy === undefined ? {} : { renewedBy }),
    ...(lastSeenAt === undefined ? {} : { lastSeenAt }),
    ...(revocation === undefined ? {} : { revocation }),
    ...(revokedAtCaAt === undefined ? {} : { revokedAtCaAt }),
  };
}

const enrolmentRow = z.object({
  id: z.string().transform(value => value as EnrolmentId),
  state: z.enum(enrolmentStates),
  tenant: z.string(),
  holder: z.string(),
  profile: z.string(),
  lot: z.string().optional(),
  requestSha256: z.string(),
  csrDer: bytes,
  csrSha256: z.string(),
  spkiSha256: z.string(),
  authorityId: z.string(),
  slot,
  notAfter: date,
  renews: certificateIdText.optional(),
  attempt: z.number(),
  attemptStartedAt: date,
  certificateArn: z.string().optional(),
  certificateId: certificateIdText.optional(),
  actor: z.string(),
  createdAt: date,
  version: z.number(),
});

export function toEnrolmentRow(enrolment: Enrolment): Row {
  return {
    ...keys.enrolment(enrolment.id),
    type: "enrolment",
    ...enrolment,
    notAfter: enrolment.notAfter.toISOString(),
    attemptStartedAt: enrolment.attemptStartedAt.toISOString(),
    createdAt: enrolment.createdAt.toISOString(),
    duePk: `OPEN#${shardOf(enrolment.id, openShards)}`,
    dueSk: `${enrolment.createdAt.toISOString()}#${enrolment.id}`,
  };
}

export function fromEnrolmentRow(row: Row): Enrolment {
  const { lot, renews, certificateArn, certificateId, ...rest } = enrolmentRow.parse(row);
  return {
    ...rest,
    ...(lot === undefined ? {} : { lot }),
    ...(renews === undefined ? {} : { renews }),
    ...(certificateArn === undefined ? {} : { certificateArn }),
    ...(certificateId === undefined ? {} : { certificateId }),
  };
}

/** Two thirds of a life: when renewal falls due. */
function dueAt(certificate: Certificate): Date {
  const issued = certificate.issuedAt.getTime();
  return new Date(issued + Math.floor(((certificate.notAfter.getTime() - issued) * 2) / 3));
}
