// The parts of a certificate that ACM shows, and those that it compares when one takes another's place.
import type { X509Certificate } from "node:crypto";
import { readElement } from "../pca/x509/der.ts";
import { OID } from "../pca/x509/extension.ts";
import { parseCertificate } from "../pca/x509/parse.ts";
import type { KeyAlgorithm } from "./input.ts";

const rsa = { 1024: "RSA_1024", 2048: "RSA_2048", 3072: "RSA_3072", 4096: "RSA_4096" } as const;
const ec = { prime256v1: "EC_prime256v1", secp384r1: "EC_secp384r1", secp521r1: "EC_secp521r1" } as const;

/** undefined for a key that ACM does not take. */
export function keyAlgorithmOf({ publicKey }: X509Certificate): KeyAlgorithm | undefined {
  const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {};
  if (publicKey.asymmetricKeyType === "rsa")
    return Object.entries(rsa).find(([bits]) => Number(bits) === modulusLength)?.[1];
  return Object.entries(ec).find(([curve]) => curve === namedCurve)?.[1];
}

/** DNS names and addresses of the SAN; without any, a common name that reads as a domain. */
export function domainNames(certificate: X509Certificate): readonly string[] {
  const alternative = [...(certificate.subjectAltName ?? "").matchAll(/(?:DNS|IP Address):([^,\s]+)/g)];
  if (alternative.length > 0) return alternative.map(([, name]) => name ?? "");
  const common = /^CN=(\S+)$/m.exec(certificate.subject)?.[1];
  return common?.includes(".") ? [common] : [];
}

// Bit order of RFC 5280, 4.2.1.3.
const keyUsageNames = [
  "DIGITAL_SIGNATURE",
  "NON_REPUDIATION",
  "KEY_ENCIPHERMENT",
  "DATA_ENCIPHERMENT",
  "KEY_AGREEMENT",
  "CERTIFICATE_SIGNING",
  "CRL_SIGNING",
  "ENCIPHER_ONLY",
  "DECIPHER_ONLY",
] as const;

/** undefined when there is no such extension. */
export function keyUsages({ raw }: X509Certificate): readonly string[] | undefined {
  const extension = parseCertificate(raw).extensions.find(({ oid }) => oid === OID.keyUsage);
  if (extension === undefined) return undefined;
  // The first octet of a BIT STRING counts the unused bits.
  const bits = readElement(extension.value).content.subarray(1);
  return keyUsageNames.filter((_name, bit) => ((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
}

const extendedKeyUsageNames: Readonly<Record<string, string>> = {
  "1.3.6.1.5.5.7.3.1": "TLS_WEB_SERVER_AUTHENTICATION",
  "1.3.6.1.5.5.7.3.2": "TLS_WEB_CLIENT_AUTHENTICATION",
  "1.3.6.1.5.5.7.3.3": "CODE_SIGNING",
  "1.3.6.1.5.5.7.3.4": "EMAIL_PROTECTION",
  "1.3.6.1.5.5.7.3.8": "TIME_STAMPING",
  "1.3.6.1.5.5.7.3.9": "OCSP_SIGNING",
};

export type ExtendedKeyUsage = { readonly Name: string; readonly OID: string };
export const clientAuth = "1.3.6.1.5.5.7.3.2";

/** undefined when there is no such extension. */
export function extendedKeyUsages(certificate: X509Certificate): readonly ExtendedKeyUsage[] | undefined {
  // Node gives the extended key usages under the plain name.
  const oids: readonly string[] | undefined = certificate.keyUsage;
  return oids?.map(oid => ({ Name: extendedKeyUsageNames[oid] ?? "CUSTOM", OID: oid }));
}
