// A certificate revocation list (RFC 5280, 5) as this module hands it on: read, not yet believed.
import type { Bytes } from "#core/csr/bytes.ts";
import type { SignedBytes } from "#core/csr/self-signature.ts";
import type { Serial } from "#core/serial.ts";

/** CRLReason of RFC 5280, 5.3.1, by number; 7 is not used, and 8, removeFromCRL, is for delta lists only. */
export const crlReasons = {
  0: "unspecified",
  1: "keyCompromise",
  2: "cACompromise",
  3: "affiliationChanged",
  4: "superseded",
  5: "cessationOfOperation",
  6: "certificateHold",
  9: "privilegeWithdrawn",
  10: "aACompromise",
} as const;
export type CrlReason = (typeof crlReasons)[keyof typeof crlReasons];

export type CrlEntry = { readonly revokedAt: Date; readonly reason: CrlReason };

export type Crl = {
  /** The issuer's Name, DER. */
  readonly issuer: Bytes;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  /** CRL number; undefined when the list has none. */
  readonly number: bigint | undefined;
  readonly entries: ReadonlyMap<Serial, CrlEntry>;
  /** What the reader understood and does not take: delta lists, partial ones and the like. */
  readonly findings: readonly CrlFinding[];
  readonly signed: Pick<SignedBytes, "signedBytes" | "signatureAlgorithm" | "signature">;
};

export type CrlFinding = { readonly code: string; readonly detail: string };

/** Entries in one list; as many keys would fill the edge store. */
export const mostCrlEntries = 100_000;
