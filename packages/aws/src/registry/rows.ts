// Domain values ⇄ table rows. Rows are parsed once, here; a row that does not parse is a broken invariant.
import * as z from "zod";
import {
  type Announced,
  type Certificate,
  type CertificateId,
  certificateStates,
  type Hold,
  revocationReasons,
} from "#core/certificate/certificate.ts";
import type { Enrolment, EnrolmentId } from "#core/enrolment/enrolment.ts";
import { awaitsItsTurn, enrolmentStates } from "#core/enrolment/enrolment.ts";
import { renewalWindow } from "#core/renewal/window.ts";
import type { WindowMove } from "#core/renewal/window-move.ts";
import type { Serial } from "#core/serial.ts";
import type { Slot } from "#core/slot-page/slot.ts";
import { offsetOf, pageKey, pageOf } from "#core/slot-page/slot.ts";
import {
  duePartition,
  dueShards,
  keys,
  offsetText,
  openPartition,
  openShards,
  shardOf,
  tenantMonth,
} from "./table.ts";

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

/** Rows from before profiles had a renewal policy. */
const opensAtPercent = z.number().default(66);

const windowMoveSchema = z
  .object({
    from: date,
    spreadSeconds: z.number(),
    reason: z.string(),
    explanationUrl: z.string().optional(),
    at: date,
  })
  .transform(({ explanationUrl, ...move }) => ({
    ...move,
    ...(explanationUrl === undefined ? {} : { explanationUrl }),
  }));

export function toWindowMoveAttribute(move: WindowMove): Row {
  return { ...move, from: move.from.toISOString(), at: move.at.toISOString() };
}

export function fromWindowMoveAttribute(attribute: unknown): WindowMove {
  return windowMoveSchema.parse(attribute);
}

const announcedSchema = z
  .object({ windowStart: date.optional(), expiringDays: z.number().optional() })
  .transform(({ windowStart, expiringDays }) => ({
    ...(windowStart === undefined ? {} : { windowStart }),
    ...(expiringDays === undefined ? {} : { expiringDays }),
  }));

export function toAnnouncedAttribute({ windowStart, expiringDays }: Announced): Row {
  return { windowStart: windowStart?.toISOString(), expiringDays };
}

const holdSchema = z
  .object({ reason: z.string(), heldAt: date, actor: z.string(), until: date.optional() })
  .transform(({ until, ...hold }) => ({ ...hold, ...(until === undefined ? {} : { until }) }));

export function toHoldAttribute({ heldAt, until, ...hold }: Hold): Row {
  return { ...hold, heldAt: heldAt.toISOString(), until: until?.toISOString() };
}

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
  renewalEnrolmentId: z.string().optional(),
  renewalCount: z.number().optional(),
  supersededAt: date.optional(),
  returnedAt: date.optional(),
  opensAtPercent,
  windowMove: windowMoveSchema.optional(),
  announced: announcedSchema.optional(),
  lastSeenAt: date.optional(),
  revocation: z.object({ reason: z.enum(revocationReasons), revokedAt: date, actor: z.string() }).optional(),
  hold: holdSchema.optional(),
  revokedAtCaAt: date.optional(),
  version: z.number(),
});

export function toCertificateRow(certificate: Certificate): Row {
  const { id, tenant } = certificate;
  const issuedAt = certificate.issuedAt.toISOString();
  return {
    ...keys.certificate(id),
    type: "certificate",
    ...certificate,
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    issuedAt,
    ...(certificate.lastSeenAt === undefined ? {} : { lastSeenAt: certificate.lastSeenAt.toISOString() }),
    ...(certificate.supersededAt === undefined
      ? {}
      : { supersededAt: certificate.supersededAt.toISOString() }),
    ...(certificate.returnedAt === undefined ? {} : { returnedAt: certificate.returnedAt.toISOString() }),
    ...(certificate.windowMove === undefined
      ? {}
      : { windowMove: toWindowMoveAttribute(certificate.windowMove) }),
    ...(certificate.announced === undefined
      ? {}
      : { announced: toAnnouncedAttribute(certificate.announced) }),
    ...(certificate.hold === undefined ? {} : { hold: toHoldAttribute(certificate.hold) }),
    tenantPk: tenantMonth(tenant, issuedAt.slice(0, 7)),
    tenantSk: `${issuedAt}#${id}`,
    slotPk: pageKey(certificate.authorityId, pageOf(certificate.slot)),
    slotSk: offsetText(offsetOf(certificate.slot)),
    ...dueKeys(id, renewalWindow(certificate).start, certificate.issuedAt),
  };
}

export function fromCertificateRow(row: Row): Certificate {
  const { lot, renews, renewedBy, lastSeenAt, revocation, hold, revokedAtCaAt, ...more } =
    certificateRow.parse(row);
  const { renewalEnrolmentId, renewalCount, supersededAt, returnedAt, windowMove, announced, ...rest } = more;
  return {
    ...rest,
    ...(renewalEnrolmentId === undefined ? {} : { renewalEnrolmentId }),
    ...(renewalCount === undefined ? {} : { renewalCount }),
    ...(supersededAt === undefined ? {} : { supersededAt }),
    ...(returnedAt === undefined ? {} : { returnedAt }),
    ...(windowMove === undefined ? {} : { windowMove }),
    ...(announced === undefined ? {} : { announced }),
    ...(lot === undefined ? {} : { lot }),
    ...(renews === undefined ? {} : { renews }),
    ...(renewedBy === undefined ? {} : { renewedBy }),
    ...(lastSeenAt === undefined ? {} : { lastSeenAt }),
    ...(revocation === undefined ? {} : { revocation }),
    ...(hold === undefined ? {} : { hold }),
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
  altNames: z.array(z.object({ kind: z.enum(["uri", "dns"]), value: z.string() })),
  authorityId: z.string(),
  slot,
  notAfter: date,
  renews: certificateIdText.optional(),
  replaces: certificateIdText.optional(),
  opensAtPercent,
  attempt: z.number(),
  fruitless: z.literal(true).optional(),
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
    duePk: openPartition(awaitsItsTurn(enrolment) ? "QUEUED" : "OPEN", shardOf(enrolment.id, openShards)),
    dueSk: `${enrolment.createdAt.toISOString()}#${enrolment.id}`,
  };
}

export function fromEnrolmentRow(row: Row): Enrolment {
  const { lot, renews, replaces, fruitless, certificateArn, certificateId, ...rest } =
    enrolmentRow.parse(row);
  return {
    ...rest,
    ...(lot === undefined ? {} : { lot }),
    ...(renews === undefined ? {} : { renews }),
    ...(replaces === undefined ? {} : { replaces }),
    ...(fruitless === undefined ? {} : { fruitless }),
    ...(certificateArn === undefined ? {} : { certificateArn }),
    ...(certificateId === undefined ? {} : { certificateId }),
  };
}

/**
 * Where the index of due certificates has one that something is due for at `at`. A serial's last digits are random.
 * Never earlier than `now`: the sweep does not come back to a day that it has seen empty.
 */
export function dueKeys(
  id: CertificateId,
  at: Date,
  now: Date,
): { readonly duePk: string; readonly dueSk: string } {
  const due = (at < now ? now : at).toISOString();
  return { duePk: duePartition(due.slice(0, 10), shardOf(id, dueShards)), dueSk: `${due}#${id}` };
}
