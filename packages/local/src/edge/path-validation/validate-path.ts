// CloudFront's verdict on a presented chain, in the connection log's own words. Pure: time comes in.
// Where the documentation is silent the rules are s2n-tls's (RFC 5280 with the TLS client purpose).
import { type CertificationPath, findPath } from "./find-path.ts";
import { type EdgeCertificate, parseCertificate } from "./parse-certificate.ts";
import { isKeySupported, isSignatureSupported } from "./supported-algorithms.ts";

export type CertificateRefusal =
  | "ClientCertMaxSizeExceeded"
  | "ClientCertInvalid"
  | "ClientCertTypeUnsupported"
  | "ClientCertUntrusted"
  | "ClientCertMaxChainDepthExceeded"
  | "ClientCertNotYetValid"
  | "ClientCertExpired"
  | "ClientCertIntentInvalid";

export type ChainVerdict =
  | { readonly kind: "trusted"; readonly path: CertificationPath }
  | { readonly kind: "refused"; readonly reason: CertificateRefusal };

export type ValidationPolicy = {
  readonly anchors: readonly EdgeCertificate[];
  readonly now: Date;
  readonly ignoreCertificateExpiry: boolean;
};

/** Certificates below the anchor: a leaf and up to three intermediates (limits page, certificate-revocation page). */
export const maxChainDepth = 4;
export const maxCertificateBytes = 16_384;

const clientAuth = "1.3.6.1.5.5.7.3.2";
const digitalSignatureOrKeyAgreement = 0x88;

export type PresentedChain =
  | { readonly kind: "read"; readonly leaf: EdgeCertificate; readonly others: readonly EdgeCertificate[] }
  | { readonly kind: "refused"; readonly reason: CertificateRefusal };

/** Reads the presented certificates, leaf first; at least one. */
export function readPresented(ders: readonly Buffer[]): PresentedChain {
  if (ders.some(der => der.length > maxCertificateBytes)) return refused("ClientCertMaxSizeExceeded");
  try {
    const [leaf, ...others] = ders.map(parseCertificate);
    return leaf === undefined ? refused("ClientCertInvalid") : { kind: "read", leaf, others };
  } catch {
    // Whatever the parser disliked, the certificate is not one; the reason is not for the peer.
    return refused("ClientCertInvalid");
  }
}

/** Judges a chain against the trust store. The anchor itself is exempt from every check but its signature. */
export function validateChain(
  leaf: EdgeCertificate,
  others: readonly EdgeCertificate[],
  policy: ValidationPolicy,
): ChainVerdict {
  if (!isKeySupported(leaf) || !isSignatureSupported(leaf)) return refused("ClientCertTypeUnsupported");
  const path = findPath(leaf, others, policy.anchors);
  if (path === undefined) return refused("ClientCertUntrusted");
  const reason =
    depthRefusal(path) ??
    typeRefusal(path) ??
    (policy.ignoreCertificateExpiry ? undefined : validityRefusal(path, policy.now)) ??
    constraintRefusal(path) ??
    purposeRefusal(path);
  return reason === undefined ? { kind: "trusted", path } : refused(reason);
}

function refused(reason: CertificateRefusal): {
  readonly kind: "refused";
  readonly reason: CertificateRefusal;
} {
  return { kind: "refused", reason };
}

function depthRefusal({ certificates }: CertificationPath): CertificateRefusal | undefined {
  return certificates.length > maxChainDepth ? "ClientCertMaxChainDepthExceeded" : undefined;
}

function typeRefusal({ certificates }: CertificationPath): CertificateRefusal | undefined {
  const supported = certificates.every(one => isKeySupported(one) && isSignatureSupported(one));
  return supported ? undefined : "ClientCertTypeUnsupported";
}

/** RFC 5280 section 4.1.2.5: both ends are inclusive, to the second. */
function validityRefusal({ certificates }: CertificationPath, now: Date): CertificateRefusal | undefined {
  const second = Math.floor(now.getTime() / 1000) * 1000;
  if (certificates.some(one => second < one.notBefore.getTime())) return "ClientCertNotYetValid";
  return certificates.some(one => second > one.notAfter.getTime()) ? "ClientCertExpired" : undefined;
}

/** RFC 5280 section 6.1.4 (k), (l), (m), (o): who may issue, and how many below. (n), keyCertSign: see find-path. */
function constraintRefusal({ certificates, anchor }: CertificationPath): CertificateRefusal | undefined {
  if (certificates.some(one => one.extensions.unknownCritical.length > 0)) return "ClientCertInvalid";
  const issuers = certificates[0]?.der.equals(anchor.der) ? [] : [...certificates.slice(1), anchor];
  const broken = issuers.some(({ extensions: { basicConstraints } }, below) => {
    return basicConstraints?.isAuthority !== true || below > (basicConstraints.pathLength ?? below);
  });
  return broken ? "ClientCertInvalid" : undefined;
}

/** s2n-tls: an absent KU or EKU allows every purpose; a present one must allow a TLS client. */
function purposeRefusal({ certificates }: CertificationPath): CertificateRefusal | undefined {
  const purposeExcluded = certificates.some(
    ({ extensions }) => extensions.extendedKeyUsage?.includes(clientAuth) === false,
  );
  const leafUsage = certificates[0]?.extensions.keyUsage ?? digitalSignatureOrKeyAgreement;
  const usageExcluded = (leafUsage & digitalSignatureOrKeyAgreement) === 0;
  return purposeExcluded || usageExcluded ? "ClientCertIntentInvalid" : undefined;
}
