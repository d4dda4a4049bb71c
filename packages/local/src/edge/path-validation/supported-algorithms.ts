// The key and signature types that CloudFront documents for viewer mTLS (trust-stores-certificate-management).
import type { EdgeCertificate } from "./parse-certificate.ts";

const rsaBits = new Set([2048, 3072, 4096]);
const curves = new Set(["prime256v1", "secp384r1"]);
/** sha256/384/512 with RSA and with ECDSA. SHA-1 and MD5 are absent on purpose: both can be collided. */
const signatureOids = new Set([
  "1.2.840.113549.1.1.11",
  "1.2.840.113549.1.1.12",
  "1.2.840.113549.1.1.13",
  "1.2.840.10045.4.3.2",
  "1.2.840.10045.4.3.3",
  "1.2.840.10045.4.3.4",
]);
const rsassaPss = "1.2.840.113549.1.1.10";
/** The DER of the OIDs of SHA-256, -384 and -512 (2.16.840.1.101.3.4.2.1 to .3). */
const shaTwoOids = ["01", "02", "03"].map(last => Buffer.from(`06096086480165030402${last}`, "hex"));

export function isKeySupported(certificate: EdgeCertificate): boolean {
  const key = certificate.x509.publicKey;
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType === "rsa") return rsaBits.has(details?.modulusLength ?? 0);
  return key.asymmetricKeyType === "ec" && curves.has(details?.namedCurve ?? "");
}

export function isSignatureSupported(certificate: EdgeCertificate): boolean {
  const { oid, parameters } = certificate.signatureAlgorithm;
  if (oid !== rsassaPss) return signatureOids.has(oid);
  // RFC 4055: absent parameters mean SHA-1, for the hash as for MGF1. So the same SHA-2 OID must be there twice.
  return shaTwoOids.some(hash => parameters.indexOf(hash) !== parameters.lastIndexOf(hash));
}
