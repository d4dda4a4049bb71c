// What the local edge knows of a distribution: the mTLS part of DistributionConfig and one origin.

import type { NameForm } from "./connection/render-name.ts";
import type { FunctionCode } from "./function-runtime/function-runtime.ts";

/** Formats: facts in `viewer-headers.ts`. The last two exist in passthrough mode only, Pem in the others only. */
export const viewerCertificateHeaders = [
  "CloudFront-Viewer-Cert-Serial-Number",
  "CloudFront-Viewer-Cert-Issuer",
  "CloudFront-Viewer-Cert-Subject",
  "CloudFront-Viewer-Cert-Present",
  "CloudFront-Viewer-Cert-Sha256",
  "CloudFront-Viewer-Cert-Validity",
  "CloudFront-Viewer-Cert-Pem",
  "Client-Cert",
  "Client-Cert-Chain",
] as const;
export type ViewerCertificateHeader = (typeof viewerCertificateHeaders)[number];

export type ViewerMtlsMode = "required" | "optional" | "passthrough";
export type MinimumProtocolVersion = "TLSv1.2_2021" | "TLSv1.3_2025";

export type OriginConfig = {
  /** `https://host:port` or `http://host:port`; a path in it is put before the request's, as an origin path is. */
  readonly url: string;
  /** PEM; the trust for the origin's server certificate on this machine. AWS demands a public one. */
  readonly ca?: string;
  /** Origin mTLS: what the edge presents at this moment, PEM. `certificate` may be followed by its chain. */
  readonly clientCertificate?: () => { readonly key: string; readonly certificate: string };
  /** Until the first octet of the answer; CloudFront's default is 30 seconds. */
  readonly responseTimeoutSeconds?: number;
};

/** `pathPattern`: `*` for any characters, `?` for one, case-sensitive, as CloudFront has them. */
export type Behaviour = { readonly pathPattern: string; readonly origin: OriginConfig };

export type DistributionConfig = {
  /** `E` and upper-case letters and digits. */
  readonly id: string;
  readonly domainName: string;
  readonly mode: ViewerMtlsMode;
  readonly ignoreCertificateExpiry: boolean;
  readonly advertiseTrustStoreCaNames: boolean;
  readonly connectionFunction?: FunctionCode;
  readonly viewerRequestFunction?: FunctionCode;
  readonly minimumProtocolVersion: MinimumProtocolVersion;
  readonly origin: OriginConfig;
  /** Cache behaviours before the default one, in order; the first whose pattern fits the viewer's path is taken. */
  readonly behaviours?: readonly Behaviour[];
  /** What the origin request policy allows; default: all that exist in the mode. */
  readonly forwardHeaders?: readonly ViewerCertificateHeader[];
  /**
   * How the event and the log print names. AWS's captured samples show certificate order with ", ", its prose
   * RFC 2253. Headers are RFC 2253 always.
   */
  readonly eventNameForm?: NameForm;
};
