// Connections that every distribution must judge alike: authority, floors, pins, dates, serials, pages, broken events.

import { aConnection, aLeaf, anOlderConnection, noCertificate, subjectOf, toRfc2253 } from "./events.ts";
import type { Vector } from "./vector.ts";
import { floor, goodSlot, issuers, otherSpki, pinnedSpki, revokedSerial, revokedSlot } from "./world.ts";

const revoked = subjectOf(revokedSlot);
const foreign = (serialNumber: string) => aConnection({ issuer: issuers.foreign, serialNumber });
const presenting = (...spkis: readonly string[]) =>
  aConnection({}, { intermediates: spkis.map(spki => ({ spki })) });

const authorities: readonly Vector[] = [
  { name: "a good certificate", event: aConnection(), reason: "good" },
  { name: "a revoked certificate", event: aConnection({ subject: revoked }), reason: "revoked" },
  { name: "RFC 2253 names", event: inRfc2253(goodSlot), reason: "good" },
  { name: "RFC 2253 names, revoked", event: inRfc2253(revokedSlot), reason: "revoked" },
  { name: "the older event", event: anOlderConnection(), reason: "good" },
  { name: "the older event, revoked", event: anOlderConnection({ subject: revoked }), reason: "revoked" },
  {
    name: "both events at once: the newer decides",
    event: { ...anOlderConnection(), ...aConnection({ subject: revoked }) },
    reason: "revoked",
  },
  { name: "a closed authority", event: aConnection({ issuer: issuers.closed }), reason: "authority_closed" },
  { name: "an unknown authority", event: aConnection({ issuer: "CN=Nobody" }), reason: "authority_unknown" },
  {
    name: "the authority's name in capitals",
    event: aConnection({ issuer: issuers.managed.toUpperCase() }),
    reason: "authority_unknown",
  },
  {
    name: "the authority's name and more",
    event: aConnection({ issuer: `${issuers.managed}, OU=x` }),
    reason: "authority_unknown",
  },
  { name: "no certificate", event: noCertificate, reason: "no_certificate" },
];

const dates: readonly [name: string, field: "notBefore" | "notAfter", value: unknown, reason: string][] = [
  ["notBefore at the floor", "notBefore", floor, "good"],
  ["notBefore a second below the floor", "notBefore", "2025-12-31T23:59:59Z", "not_before_floor"],
  ["notBefore of no date", "notBefore", "yesterday", "not_before_floor"],
  ["an empty notBefore", "notBefore", "", "not_before_floor"],
  ["no notBefore", "notBefore", null, "not_before_floor"],
  ["a certificate that expired", "notAfter", "2026-03-01T10:00:00Z", "expired"],
  ["notAfter of no date", "notAfter", "never", "expired"],
  ["no notAfter", "notAfter", null, "expired"],
];

const pins: readonly Vector[] = [
  { name: "a pinned intermediate", event: presenting(pinnedSpki), reason: "good" },
  {
    name: "an intermediate that is not pinned",
    event: presenting(otherSpki),
    reason: "intermediate_unpinned",
  },
  { name: "one of two pinned", event: presenting(pinnedSpki, otherSpki), reason: "intermediate_unpinned" },
  {
    name: "an intermediate in capitals",
    event: presenting(pinnedSpki.toUpperCase()),
    reason: "intermediate_unpinned",
  },
  { name: "an intermediate with an empty key", event: presenting(""), reason: "intermediate_unpinned" },
];

const serials: readonly [serial: string, reason: string][] = [
  ["00:9e:2a:af:16:56:e5:47:25", "revoked"],
  ["9e:2a:af:16:56:e5:47:25", "revoked"],
  ["9E2AAF1656E54725", "revoked"],
  ["0x9e2aaf1656e54725", "revoked"],
  [`0000${revokedSerial}`, "revoked"],
  ["00:9e:2a:af:16:56:e5:47:26", "good"],
  ["9e:2a:af:16:56:e5:47", "good"],
  ["01", "good"],
  ["00", "good"],
  [Array(20).fill("7f").join(":"), "good"],
  [`00:${Array(20).fill("ff").join(":")}`, "good"],
  [Array(21).fill("7f").join(":"), "serial_unreadable"],
  ["", "serial_unreadable"],
  [":", "serial_unreadable"],
  ["9e:2a:", "serial_unreadable"],
  ["9e2a:af", "serial_unreadable"],
  ["-9e2aaf1656e54725", "serial_unreadable"],
  ["9e 2a af 16", "serial_unreadable"],
  ["11397066331432503077g", "serial_unreadable"],
];

/** `null` in a chain's place is a field that is there and empty. */
const broken: readonly [name: string, event: unknown][] = [
  ["no event", null],
  ["an empty clientCertificate", { ...noCertificate, clientCertificate: {} }],
  ["no leaf", { ...noCertificate, clientCertificate: { certificates: { intermediates: [] } } }],
  [
    "an empty leaf",
    { ...noCertificate, clientCertificate: { certificates: { leaf: {}, intermediates: [] } } },
  ],
  ["an empty older event", { ...noCertificate, clientCertInfo: {} }],
  ["intermediates of another type", aConnection({}, { intermediates: "none" })],
  ["intermediates of null", aConnection({}, { intermediates: null })],
  ["an intermediate of null", aConnection({}, { intermediates: [null] })],
  ["an empty revocation status", aConnection({}, { revocationStatus: {} })],
  ...["issuer", "subject", "serialNumber", "validity"].map((field): [string, unknown] => [
    `a leaf without ${field}`,
    withoutLeafField(field),
  ]),
  ...["issuer", "subject", "serialNumber"].flatMap((field): [string, unknown][] => [
    [`a leaf with a number for ${field}`, aConnection({ [field]: 7 })],
    [`a leaf with null for ${field}`, aConnection({ [field]: null })],
    [`a leaf with a list for ${field}`, aConnection({ [field]: ["x"] })],
  ]),
];

export const connectionVectors: readonly Vector[] = [
  ...authorities,
  ...dates.map(([name, field, value, reason]) => ({ name, event: aConnection({ [field]: value }), reason })),
  ...pins,
  ...serials.map(([serial, reason]) => ({
    name: `foreign serial "${serial}"`,
    event: foreign(serial),
    reason,
  })),
  ...broken.map(([name, event]) => ({ name, event, reason: "exception" })),
];

function inRfc2253(slot: number): unknown {
  return aConnection({ issuer: toRfc2253(issuers.managed), subject: toRfc2253(subjectOf(slot)) });
}

function withoutLeafField(field: string): unknown {
  const leaf = Object.fromEntries(Object.entries(aLeaf()).filter(([name]) => name !== field));
  return { ...noCertificate, clientCertificate: { certificates: { leaf, intermediates: [] } } };
}
