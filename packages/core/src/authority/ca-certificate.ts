// Reads the certificate of a CA that somebody else runs, and says what of it the edge or the trust store would not take.
import { readDer } from "#core/csr/der/read-der.ts";
import { readHeader } from "#core/csr/der/read-header.ts";
import { curveOf } from "#core/csr/number/curve.ts";
import { readPem } from "#core/csr/pem/read-pem.ts";
import { readPublicKey } from "#core/csr/request/public-key.ts";
import type { Finding } from "#core/error.ts";
import * as x509 from "#core/x509.ts";
import { type CaKeyAlgorithm, caKeyAlgorithms } from "./authority.ts";

/** CloudFront's limit for one certificate of a trust store. */
export const caCertificateBytes = 16_384;

export type CaCertificateFinding = Omit<Finding, "pointer">;

/** Undefined unless `text` is exactly one certificate in PEM. */
export function readCaCertificate(text: string): x509.X509Certificate | undefined {
  const { block } = readPem(text, { pemBytes: caCertificateBytes });
  if (block?.label !== "CERTIFICATE" || block.bytes === undefined || block.outside.trim() !== "")
    return undefined;
  // The library passes over what follows the certificate in the same block, and hands it on as part of it.
  const header = readHeader(block.bytes, { start: 0, end: block.bytes.length });
  if (header.kind === "unreadable" || header.contentsEnd !== block.bytes.length) return undefined;
  try {
    return new x509.X509Certificate(block.bytes);
  } catch {
    return undefined; // The library throws on what it cannot read; that is the answer.
  }
}

/** The key as Private CA names it; undefined for one that the trust store does not take. */
export function keyAlgorithmOf(certificate: x509.X509Certificate): CaKeyAlgorithm | undefined {
  const { root, findings } = readDer(new Uint8Array(certificate.publicKey.rawData));
  const key = findings.length > 0 ? undefined : readPublicKey(root);
  if (key?.kind === "rsa") return caKeyAlgorithms.find(name => name === `RSA_${key.bits}`);
  const curve = key?.kind === "ec" ? curveOf(key.curveOid)?.name : undefined;
  if (curve === "P-256") return "EC_prime256v1";
  return curve === "P-384" ? "EC_secp384r1" : undefined;
}

const signatures = new Set(["RSASSA-PKCS1-v1_5", "RSA-PSS", "ECDSA"]);
const hashes = new Set(["SHA-256", "SHA-384", "SHA-512"]);

/** What stands against trusting the certificate as a CA's from `now` on; its key and name are not looked at here. */
export function examineCaCertificate(
  certificate: x509.X509Certificate,
  options: { readonly acceptSubordinates: boolean; readonly now: Date },
): readonly CaCertificateFinding[] {
  const constraints = certificate.getExtension(x509.BasicConstraintsExtension);
  const usages = certificate.getExtension(x509.KeyUsagesExtension)?.usages;
  // The library's type leaves out what it inherits from Web Crypto's; for some algorithms there is no hash.
  const { name, hash } = certificate.signatureAlgorithm as { name: string; hash?: { name: string } };
  const isCa =
    constraints?.ca === true && (usages === undefined || (usages & x509.KeyUsageFlags.keyCertSign) !== 0);
  const isCurrent = certificate.notBefore <= options.now && options.now <= certificate.notAfter;
  return [
    ...(isCa ? [] : [finding("authority.not_a_ca", "the certificate may not sign certificates")]),
    ...(isCurrent ? [] : [finding("authority.not_current", "the certificate is expired or not valid yet")]),
    ...(signatures.has(name) && hashes.has(hash?.name ?? "")
      ? []
      : [finding("authority.signature_algorithm", "the trust store takes SHA-2 signatures by RSA or ECDSA")]),
    // A CA below this one could carry another authority's name, and the edge knows issuers by name. The connection
    // function refuses every intermediate that is presented; this refuses the CA that could make one.
    ...(constraints?.pathLength === 0 || options.acceptSubordinates || !isCa
      ? []
      : [
          finding(
            "authority.subordinates_possible",
            "the CA may sign further CAs: register the CA that signs the clients, with path length 0, or accept it expressly",
          ),
        ]),
  ];
}

const finding = (code: string, detail: string): CaCertificateFinding => ({ code, detail });
