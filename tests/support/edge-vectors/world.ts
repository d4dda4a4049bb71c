// The store and the certificates that the vectors speak about: one managed authority, one with an intermediate, one
// foreign, one closed.

import { type AuthorityRecord, buildAuthorityRecord } from "#core/slot-page/authority-record.ts";
import { authorityKey, intermediatePin } from "#core/slot-page/digest.ts";
import { encodePage } from "#core/slot-page/encode.ts";
import { generationKey } from "#core/slot-page/generation.ts";
import { pageSize } from "#core/slot-page/page.ts";

export const issuers = {
  managed: "C=US, O=Acme, CN=Acme Devices CA 1",
  foreign: "C=DE, O=Partner GmbH, CN=Partner Issuing CA",
  closed: "C=US, O=Acme, CN=Acme Old CA",
} as const;

/** SubjectPublicKeyInfo of the intermediate that the managed authority's clients may present, and of another one. */
export const pinnedSpki = "3059301306072a8648ce3d020106082a8648ce3d030107034200041b";
export const otherSpki = "3059301306072a8648ce3d020106082a8648ce3d030107034200042c";

export const floor = "2026-01-01T00:00:00Z";
export const firstLiveSlot = 0x1000;

/** Slot 0x1a2f3 is good; its neighbour is revoked, as is all of page 1b. There is no page 7. */
export const goodSlot = 0x1a2f3;
export const revokedSlot = 0x1a2f4;
export const revokedSerial = "9e2aaf1656e54725";

export async function commonStore(): Promise<Readonly<Record<string, string>>> {
  const records: readonly [string, AuthorityRecord][] = [
    [issuers.managed, await managedRecord()],
    [issuers.foreign, { ...(await managedRecord()), layout: "serials", id: "p1" }],
    [issuers.closed, { ...(await managedRecord()), layout: "closed", id: "d0" }],
  ];
  const pages = { "d1.1": "g", "d1.1a": pageWith(revokedSlot), "d1.1b": "r", "d1.1e": "g" };
  const store: Record<string, string> = { ...pages, [`s.p1.${revokedSerial}`]: "", [generationKey]: "4711" };
  for (const [issuer, record] of records) store[await authorityKey(issuer)] = buildRecord(record);
  return store;
}

export async function managedRecord(): Promise<AuthorityRecord> {
  return {
    layout: "slots",
    id: "d1",
    notBeforeFloor: Date.parse(floor) / 1000,
    firstLiveSlot,
    pins: [await intermediatePin(Buffer.from(pinnedSpki, "hex"))],
  };
}

export function buildRecord(record: AuthorityRecord): string {
  const value = buildAuthorityRecord(record);
  if (value === undefined) throw new Error("a record for the tests does not fit the format");
  return value;
}

function pageWith(revoked: number): string {
  const bits = new Uint8Array(pageSize);
  bits[revoked % pageSize] = 1;
  return encodePage(bits);
}
