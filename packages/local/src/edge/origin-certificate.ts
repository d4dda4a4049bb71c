// Origin mTLS at the edge: the certificate named by its ARN in ACM, checked when a distribution takes it on.
import { X509Certificate } from "node:crypto";
import { clientAuth, extendedKeyUsages, keyAlgorithmOf } from "../acm/describe-x509.ts";
import type { AcmServer, DeployedCertificate } from "../acm/server.ts";

/**
 * What the distribution presents to its origin at any time. Throws for a certificate that CloudFront does not take
 * (origin-mtls-authentication): a reimport is not checked again, on AWS neither.
 */
export function originCertificate(
  acm: AcmServer,
  certificateArn: string,
  distributionArn: string,
): () => DeployedCertificate {
  const current = acm.deploy(certificateArn, distributionArn);
  const certificate = new X509Certificate(current().certificate);
  const key = keyAlgorithmOf(certificate);
  const mayAuthenticate = extendedKeyUsages(certificate)?.some(({ OID }) => OID === clientAuth) ?? false;
  if (!mayAuthenticate || !(key === "RSA_2048" || key === "EC_prime256v1")) {
    throw new Error(`${certificateArn} is no client certificate with an RSA 2048 or P-256 key`);
  }
  return current;
}
