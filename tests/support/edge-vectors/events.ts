// Events as the runtime documents them, around a certificate that everything is right with.

import { goodSlot, issuers } from "./world.ts";

export type LeafFields = {
  readonly issuer?: unknown;
  readonly subject?: unknown;
  readonly serialNumber?: unknown;
  readonly notBefore?: unknown;
  readonly notAfter?: unknown;
};

export type ChainFields = { readonly intermediates?: unknown; readonly revocationStatus?: unknown };

export function subjectOf(slot: number, holder = "device-7", tenant = "acme"): string {
  return `O=${tenant}, OU=ec-${slot.toString(16)}, CN=${holder}`;
}

/** The other documented rendering: reversed, no blank after the comma. */
export function toRfc2253(dn: string): string {
  return dn.split(", ").toReversed().join(",");
}

export function aLeaf(fields: LeafFields = {}): Readonly<Record<string, unknown>> {
  const { notBefore = "2026-03-01T10:00:00Z", notAfter = "2099-03-01T10:00:00Z", ...names } = fields;
  return {
    serialNumber: "00:9e:2a:af:16:56:e5:47:26",
    issuer: issuers.managed,
    subject: subjectOf(goodSlot),
    ...names,
    validity: { notBefore, notAfter },
    sha256Fingerprint: "_w6bJ7aOAJpqs=",
    spki: "3059301306072a8648ce3d0201",
    san: "",
    sanHex: "",
    ocspEndpoint: "",
  };
}

export function aConnection(
  leaf: LeafFields = {},
  chain: ChainFields = {},
): Readonly<Record<string, unknown>> {
  const { intermediates = [], revocationStatus } = chain;
  return {
    clientCertificate: { certificates: { leaf: aLeaf(leaf), intermediates }, revocationStatus },
    ...noCertificate,
  };
}

/** The shape that two older tutorial pages show. */
export function anOlderConnection(leaf: LeafFields = {}): Readonly<Record<string, unknown>> {
  return { clientCertInfo: aLeaf(leaf), ...noCertificate };
}

/** What every connection object holds; alone, it is a connection without a certificate. */
export const noCertificate = {
  clientIp: "192.0.2.7",
  endpoint: "d111111abcdef8.cloudfront.net",
  distributionId: "E1EXAMPLE",
  connectionId: "Fdb-Eb7L9gVn2cFakz7wWyBJIDAD4-oNO6g8r3vXDV132BtnIVtqDA==",
} as const;
export type RequestFields = LeafFields & {
  readonly present?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
};

export function aRequest(fields: RequestFields = {}): Readonly<Record<string, unknown>> {
  const { present = "1", headers = {}, issuer, subject, serialNumber } = fields;
  const texts = {
    present,
    issuer: issuer ?? toRfc2253(issuers.managed),
    subject: subject ?? toRfc2253(subjectOf(goodSlot)),
    "serial-number": serialNumber ?? "9e:2a:af:16:56:e5:47:26",
  };
  const certificate = Object.entries(texts).map(([name, value]) => [
    `cloudfront-viewer-cert-${name}`,
    { value },
  ]);
  return {
    version: "1.0",
    context: {
      distributionId: "E1EXAMPLE",
      eventType: "viewer-request",
      requestId: "4TyzHTaYWb1GX1qTfsHhEqV6HUDd",
    },
    viewer: { ip: "192.0.2.7" },
    request: {
      method: "GET",
      uri: "/firmware/7.bin",
      querystring: {},
      headers: {
        host: { value: "d111111abcdef8.cloudfront.net" },
        ...Object.fromEntries(certificate),
        ...headers,
      },
      cookies: {},
    },
  };
}
