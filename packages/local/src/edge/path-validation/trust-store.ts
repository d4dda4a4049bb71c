// A CloudFront trust store's bundle, held to the documented limits. Every CA in it is an anchor, intermediates too.
import { type EdgeCertificate, parseCertificate } from "./parse-certificate.ts";
import { isKeySupported, isSignatureSupported } from "./supported-algorithms.ts";

export type TrustStore = {
  readonly pem: string;
  readonly anchors: readonly EdgeCertificate[];
  /** Whether the edge asks the certificates' OCSP responders. */
  readonly ocsp: boolean;
};

export const trustStoreLimits = { certificates: 25, certificateBytes: 16_384 } as const;

/** Why a bundle cannot be a trust store; CloudFront reports it as status `failed` with a reason. */
export class TrustStoreError extends Error {}

/** Parses a PEM bundle; throws TrustStoreError. Text between certificates (comments) is ignored. */
export function parseTrustStore(pem: string, ocsp = false): TrustStore {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0 || blocks.length > trustStoreLimits.certificates) {
    throw new TrustStoreError(
      `a bundle holds 1 to ${trustStoreLimits.certificates} certificates, not ${blocks.length}`,
    );
  }
  const anchors = blocks.map((block, index) => parseAnchor(block, `certificate ${index + 1}`));
  return { pem, anchors, ocsp };
}

function parseAnchor(block: string, where: string): EdgeCertificate {
  const der = Buffer.from(block.replace(/-----[A-Z ]+-----/g, ""), "base64");
  if (der.length > trustStoreLimits.certificateBytes) throw new TrustStoreError(`${where} is over 16 KB`);
  let anchor: EdgeCertificate;
  try {
    anchor = parseCertificate(der);
  } catch (cause) {
    throw new TrustStoreError(`${where} is not an X.509 certificate`, { cause });
  }
  if (anchor.extensions.basicConstraints?.isAuthority !== true)
    throw new TrustStoreError(`${where} is not a CA`);
  if (!isKeySupported(anchor) || !isSignatureSupported(anchor)) {
    throw new TrustStoreError(`${where} has a key or signature type that CloudFront does not accept`);
  }
  return anchor;
}
