// Stores that are wrong, empty or down, and pages of every kind: the same certificate, another store.

import { authorityKey } from "#core/slot-page/digest.ts";
import { aConnection, subjectOf } from "./events.ts";
import type { Fault, Vector } from "./vector.ts";
import { buildRecord, issuers, managedRecord } from "./world.ts";

const faults: readonly [fault: Fault, issuer: string, reason: string][] = [
  ["no-store", issuers.managed, "exception"],
  ["no-store", issuers.foreign, "exception"],
  ["get-fails", issuers.managed, "authority_unknown"],
  ["get-fails", issuers.foreign, "authority_unknown"],
  ["exists-fails", issuers.foreign, "exception"],
  ["exists-answers-nothing", issuers.foreign, "revoked"],
  ["exists-fails", issuers.managed, "good"],
  ["log-fails", issuers.managed, "exception"],
];

// The certificate asked for has slot 1a2f3, offset 2f3.
const pages: readonly [value: string | null, reason: string][] = [
  ["g", "good"],
  ["r", "revoked"],
  [`b${"A".repeat(683)}`, "good"],
  [`b${"/".repeat(682)}8`, "revoked"],
  [null, "page_missing"],
  ["", "revoked"],
  ["x", "revoked"],
  ["G", "revoked"],
  ["gg", "revoked"],
  [" g", "revoked"],
  ["g\n", "revoked"],
  ["g00", "revoked"],
  ["g0", "revoked"],
  ["gd0AA", "revoked"],
  ["g0dAA", "revoked"],
  ["gcc!AAA", "revoked"],
  ["gcc====", "revoked"],
  ["gccA", "revoked"],
  ["gcc-_-_", "revoked"],
  ["b", "revoked"],
  [`b${"A".repeat(682)}`, "revoked"],
  [`b${"A".repeat(684)}`, "revoked"],
  [`b${"A".repeat(682)}=`, "revoked"],
  [`b${"A".repeat(682)}\u00e9`, "revoked"],
];

export async function storeVectors(): Promise<readonly Vector[]> {
  const key = await authorityKey(issuers.managed);
  const record = buildRecord(await managedRecord());
  const withoutPins = buildRecord({ ...(await managedRecord()), pins: [] });
  const records: readonly [value: string | null, reason: string][] = [
    [record, "good"],
    [withoutPins, "good"],
    [null, "authority_unknown"],
    ["", "authority_unknown"],
    [record.replace("m", "q"), "authority_unknown"],
    [record.replace("m", "M"), "authority_unknown"],
    [record.replace("m ", "m  "), "authority_unknown"],
    [`${record} `, "authority_unknown"],
    [`${record}x`, "authority_unknown"],
    ["m d1", "authority_unknown"],
    ["m d1 0 -1", "authority_unknown"],
    ["m d1 0x0 0", "authority_unknown"],
    ["m d 0 0", "authority_unknown"],
    [record.replace("d1", "d2"), "page_missing"],
    [record.replace("m", "x"), "authority_closed"],
  ];
  return [
    ...faults.map(([fault, issuer, reason]) => ({
      name: `${fault} for ${issuer}`,
      event: aConnection({ issuer }),
      fault,
      reason,
    })),
    ...pages.map(([value, reason]) => ({
      name: `page ${shorten(value)}`,
      event: aConnection(),
      store: { "d1.1a": value },
      reason,
    })),
    ...records.map(([value, reason]) => ({
      name: `record ${shorten(value)}`,
      event: aConnection(),
      store: { [key]: value },
      reason,
    })),
    {
      name: "no generation in the store",
      event: aConnection({ subject: subjectOf(0x1b000) }),
      store: { g: null },
      reason: "revoked",
    },
    {
      name: "a huge generation",
      event: aConnection({ subject: subjectOf(0x1b000) }),
      store: { g: "9".repeat(1024) },
      reason: "revoked",
    },
  ];
}

function shorten(value: string | null): string {
  return JSON.stringify(
    value === null || value.length < 40 ? value : `${value.slice(0, 20)}(${value.length})`,
  );
}
