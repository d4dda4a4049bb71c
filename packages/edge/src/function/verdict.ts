// The outcome of the checks, and its line in the log.

import type { Serial } from "#core/serial.ts";
import type { AuthorityRecord } from "#core/slot-page/authority-record.ts";
import type { Subject } from "./subject.ts";

export type Reason =
  | "good"
  | "anonymous"
  | "no_certificate"
  | "exception"
  | "serial_unreadable"
  | "authority_unknown"
  | "authority_closed"
  | "ocsp"
  | "expired"
  | "not_before_floor"
  | "intermediate_unpinned"
  | "identity"
  | "not_renewal"
  | "slot_unreadable"
  | "slot_floor"
  | "page_missing"
  | "revoked";

export type Verdict = {
  readonly reason: Reason;
  readonly authority?: AuthorityRecord | undefined;
  readonly serial?: Serial | undefined;
  readonly subject?: Subject | undefined;
};

/** `good`: a certificate that passed every check. `anonymous`: none, where the configuration lets nobody in. */
export function isAdmitted(verdict: Verdict): boolean {
  return verdict.reason === "good" || verdict.reason === "anonymous";
}

/** For a connection or request without a certificate. */
export function judgeAnonymous(mayEnter: boolean): Verdict {
  return { reason: mayEnter ? "anonymous" : "no_certificate" };
}

/** A JSON object of under 200 bytes (the connection log takes 800): no text in it is longer than 40 characters. */
export function describe(verdict: Verdict, generation: string | undefined): string {
  return JSON.stringify({
    reason: verdict.reason,
    authority: verdict.authority === undefined ? undefined : verdict.authority.id,
    serial: verdict.serial,
    generation: generation === undefined ? undefined : generation.slice(0, 24),
  });
}
