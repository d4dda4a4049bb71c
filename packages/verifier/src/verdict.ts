// What a verification says: who the viewer is, that there is none, or everything that stands against the request.
import type { X509Certificate } from "node:crypto";
import type { Serial } from "#core/serial.ts";
import type { Slot } from "#core/slot-page/slot.ts";
import type { ChainFault } from "./chain/judge-chain.ts";
import type { DistinguishedName } from "./viewer/distinguished-name.ts";

/** Of the connection itself: it is not CloudFront's. */
export type ConnectionFault = `connection_certificate_${ChainFault}`;

export type HeaderFault =
  | "header_missing"
  | "header_repeated"
  /** A name that some server folds into CloudFront's or the edge's: another case, `_` or `.` for `-`. */
  | "header_misspelled"
  | "header_malformed"
  /** Two headers, or a header and the certificate in another, speak of different viewers. */
  | "header_disagrees"
  /** A certificate whose chain nobody has checked: the distribution is in passthrough, and the origin was not told. */
  | "header_unexpected"
  /** In passthrough also every fault of the chain. */
  | `viewer_certificate_${ChainFault}`;

/** `header` is the lower-case name of the header at fault; the connection's certificate has none. */
export type Refusal =
  | { readonly code: ConnectionFault }
  | { readonly code: HeaderFault; readonly header: string };

export type Viewer = {
  readonly serial: Serial;
  /** Of the certificate's DER, lower-case hex. */
  readonly sha256: string;
  readonly issuer: DistinguishedName;
  /** As CloudFront wrote it, RFC 2253. */
  readonly issuerText: string;
  readonly subject: DistinguishedName;
  /** From here on: the edge's word, and undefined where its headers are not asked for. The authority's id. */
  readonly authority: string | undefined;
  /** Of authorities with slots only: a foreign authority's subjects are its own claim. */
  readonly tenant: string | undefined;
  readonly holder: string | undefined;
  readonly slot: Slot | undefined;
  /** The viewer came by the listener for expired certificates, and may renew and do nothing else. */
  readonly renewalOnly: boolean;
  /** Where the distribution sends the header. */
  readonly validity: { readonly notBefore: Date; readonly notAfter: Date } | undefined;
  readonly certificate: X509Certificate | undefined;
};

export type Refused = { readonly kind: "refused"; readonly reasons: readonly Refusal[] };

export type Verdict =
  | { readonly kind: "identified"; readonly viewer: Viewer }
  /** Mode `optional`: the viewer presented no certificate. */
  | { readonly kind: "anonymous" }
  | Refused;
