// The checks that only a handshake allows: the headers of a request tell neither validity nor intermediates nor OCSP.

import type { AuthorityRecord } from "#core/slot-page/authority-record.ts";
import { arePinned } from "./authority.ts";
import { passesOcsp, type RevocationStatus } from "./ocsp.ts";
import type { Reason } from "./verdict.ts";

export type Handshake = {
  readonly validity: { readonly notBefore: string; readonly notAfter: string };
  /** The certificates presented between leaf and anchor; `spki` is lower-case hex of the DER. */
  readonly intermediates: readonly { readonly spki: string }[];
  readonly revocationStatus: RevocationStatus | undefined;
};

/** Date comparisons are written so that NaN, an unreadable date, refuses. */
export function judgeHandshake(handshake: Handshake, authority: AuthorityRecord): Reason {
  if (!passesOcsp(handshake.revocationStatus, EDGE_CONFIGURATION.ocsp)) return "ocsp";
  // CloudFront has checked this, unless somebody set IgnoreCertificateExpiry; pages forget expired certificates.
  const earliestEnd = EDGE_CONFIGURATION.admitExpired === "to-renew" ? 0 : Date.now();
  if (!(Date.parse(handshake.validity.notAfter) >= earliestEnd)) return "expired";
  const issuedAt = Date.parse(handshake.validity.notBefore) / 1000;
  if (!(issuedAt >= authority.notBeforeFloor)) return "not_before_floor";
  return arePinned(handshake.intermediates, authority) ? "good" : "intermediate_unpinned";
}
