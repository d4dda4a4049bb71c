// Whether a certificate is admitted: every check in order, each of which can only refuse. Two store reads.

import type { KeyValueStore } from "cloudfront";
import { parseSerial, type Serial } from "#core/serial.ts";
import type { AuthorityRecord } from "#core/slot-page/authority-record.ts";
import { isDenied } from "#core/slot-page/lookup.ts";
import { serialKey } from "#core/slot-page/serial-key.ts";
import { offsetOf, pageKey, pageOf } from "#core/slot-page/slot.ts";
import { findAuthority } from "./authority.ts";
import { mayEnter } from "./identity.ts";
import { readKey } from "./store.ts";
import { readSubject, type Subject } from "./subject.ts";
import type { Reason, Verdict } from "./verdict.ts";

/** What the documentation promises. What comes is not checked for its type: a missing field throws or fails a check. */
export type Certificate = {
  readonly issuer: string;
  readonly subject: string;
  readonly serialNumber: string;
};

/**
 * `checkMore`: what else the caller knows, judged by the floors and pins of the authority. Rejects when the event is
 * malformed or the store fails: callers refuse.
 */
export async function judge(
  certificate: Certificate,
  checkMore: (authority: AuthorityRecord) => Reason,
  store: KeyValueStore,
): Promise<Verdict> {
  const serial = parseSerial(certificate.serialNumber);
  if (serial === undefined) return { reason: "serial_unreadable" };
  const authority = await findAuthority(certificate.issuer, store);
  if (authority === undefined) return { reason: "authority_unknown", serial: serial };
  const subject = readSubject(certificate.subject);
  let reason: Reason = authority.layout === "closed" ? "authority_closed" : checkMore(authority);
  if (reason === "good" && !mayEnter(EDGE_CONFIGURATION.identities, authority, subject)) reason = "identity";
  if (reason === "good") reason = await judgeRevocation(serial, subject, authority, store);
  return { reason: reason, authority: authority, serial: serial, subject: subject };
}

async function judgeRevocation(
  serial: Serial,
  subject: Subject | undefined,
  authority: AuthorityRecord,
  store: KeyValueStore,
): Promise<Reason> {
  if (authority.layout === "serials") {
    const listed = await store.exists(serialKey(authority.id, serial));
    return listed === false ? "good" : "revoked";
  }
  if (subject === undefined || subject.slot === undefined) return "slot_unreadable";
  // The pages of expired certificates are gone: where these may renew, the registry is asked, and it forgets nobody.
  const toRenew = EDGE_CONFIGURATION.admitExpired === "to-renew";
  if (subject.slot < authority.firstLiveSlot) return toRenew ? "good" : "slot_floor";
  // Pages are written before the first certificate that they speak for: a missing one is nobody's.
  const page = await readKey(store, pageKey(authority.id, pageOf(subject.slot)));
  if (page === undefined) return toRenew ? "good" : "page_missing";
  return isDenied(page, offsetOf(subject.slot)) ? "revoked" : "good";
}
