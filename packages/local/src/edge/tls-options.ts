// The TLS side of a distribution: security policy, client certificates asked for, nothing to resume from.
import { constants } from "node:crypto";
import type { TlsOptions } from "node:tls";
import type { DistributionConfig, MinimumProtocolVersion } from "./distribution-config.ts";
import type { TrustStore } from "./path-validation/trust-store.ts";

export type ServerTls = { readonly key: string; readonly certificate: string };

const minimumVersions = {
  "TLSv1.2_2021": "TLSv1.2",
  "TLSv1.3_2025": "TLSv1.3",
} as const satisfies Record<MinimumProtocolVersion, string>;

/** secure-connections-supported-viewer-protocols-ciphers: TLSv1.2_2021, and the TLS 1.3 suites of both policies. */
const ciphers = [
  ...["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"],
  ...["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"],
  ...["ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"],
].join(":");

/** Same page: the signature schemes with which a viewer may prove possession. No SHA-1. */
const signatureSchemes = ["256", "384", "512"]
  .flatMap(bits => [`RSA-PSS+SHA${bits}`, `RSA+SHA${bits}`, `ECDSA+SHA${bits}`, `rsa_pss_pss_sha${bits}`])
  .join(":");

export function tlsOptions(
  distribution: DistributionConfig,
  tls: ServerTls,
  trustStore: TrustStore,
): TlsOptions {
  const advertised = distribution.advertiseTrustStoreCaNames && distribution.mode !== "passthrough";
  return {
    key: tls.key,
    cert: tls.certificate,
    minVersion: minimumVersions[distribution.minimumProtocolVersion],
    ciphers,
    sigalgs: signatureSchemes,
    ALPNProtocols: ["h2", "http/1.1"],
    requestCert: true,
    // OpenSSL's verdict is ignored: it knows neither the clock nor CloudFront's rules. Ours comes after the handshake.
    rejectUnauthorized: false,
    // Only fills certificate_authorities in the CertificateRequest; an empty list keeps the system's roots out of it.
    ca: advertised ? trustStore.pem : [],
    // CloudFront does not resume sessions with mTLS. Without self-contained tickets and without a session store
    // behind the ids that OpenSSL still hands out (TLS 1.2, and TLS 1.3 as stateful tickets), every connection is a
    // full handshake.
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
}
