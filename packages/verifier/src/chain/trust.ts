// Whose certificates are believed, and for what: CloudFront's own on a connection, or viewers' where CloudFront has left
// their chains to the origin.
import { X509Certificate } from "node:crypto";
import { type CertificateFields, fieldsOf } from "./certificate-fields.ts";
import { pemBlocks } from "./pem.ts";
import type { RevocationList } from "./revocation-list.ts";

export type ReadCertificate = { readonly x509: X509Certificate; readonly fields: CertificateFields };

export type Trust = {
  readonly anchors: readonly ReadCertificate[];
  /** Undefined where revocation is not asked for. Read at each request, so that a list can be replaced. */
  readonly revocationLists: (() => readonly RevocationList[]) | undefined;
  /** CAs between the certificate and the anchor, at most. */
  readonly mostIntermediates: number;
  /** Whether a certificate that names no purpose is refused too. */
  readonly demandsPurpose: boolean;
};

/**
 * `authorities`: PEM of the CAs that issue the origin certificate. Keep it to the origin authority: any client certificate
 * below them passes for CloudFront's. Throws when there is none, or something in it is no CA certificate.
 */
export function trustOrigin(authorities: string, revocationLists?: () => readonly RevocationList[]): Trust {
  // CloudFront takes origin certificates at most three deep, and none without clientAuth (cloudfront-mtls, 5).
  return { anchors: readAnchors(authorities), revocationLists, mostIntermediates: 1, demandsPurpose: true };
}

/**
 * For a distribution in passthrough mode. `authorities`: PEM of the trust bundle. Without lists nothing keeps revoked
 * certificates out but the edge function, which finds an authority by name alone and has seen no chain either.
 */
export function trustViewers(authorities: string, revocationLists?: () => readonly RevocationList[]): Trust {
  // As CloudFront judges them in the other modes: four deep, and an absent purpose is any (cloudfront-mtls, 1.3 and 1.6).
  return { anchors: readAnchors(authorities), revocationLists, mostIntermediates: 3, demandsPurpose: false };
}

function readAnchors(authorities: string): readonly ReadCertificate[] {
  const anchors = pemBlocks(authorities, "CERTIFICATE").map(readCertificate);
  if (anchors.length === 0) throw new Error("the authorities' PEM holds no certificate");
  if (!anchors.every(({ x509 }) => x509.ca)) throw new Error("the authorities' PEM holds what is no CA");
  return anchors;
}

/** DER or PEM. Throws when it is no certificate. */
export function readCertificate(encoded: Uint8Array): ReadCertificate {
  const x509 = new X509Certificate(encoded);
  return { x509, fields: fieldsOf(x509) };
}
