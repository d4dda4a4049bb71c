// Checks a certificate that the CA returned against what we asked for (invariant I4), before anybody sees it.

import type { Authority } from "#core/authority/authority.ts";
import type { AltName, AltNameKind } from "#core/profile/alternative-name.ts";
import type { SubjectTemplate } from "#core/profile/profile.ts";
import { parseSerial, type Serial } from "#core/serial.ts";
import { sha256Hex } from "#core/sha256.ts";
import * as x509 from "#core/x509.ts";

export type Expectation = {
  readonly authority: Pick<Authority, "certificatePem">;
  readonly subject: SubjectTemplate;
  readonly csrSpkiSha256: string;
  readonly notAfter: Date;
  readonly certificateArn: string;
};

export type Verdict =
  | {
      readonly kind: "match";
      readonly serial: Serial;
      readonly sha256: string;
      readonly notBefore: Date;
      readonly notAfter: Date;
    }
  | { readonly kind: "mismatch"; readonly reasons: readonly string[] };

const clientAuth = "1.3.6.1.5.5.7.3.2";

/** Answers every reason at once; never throws on a certificate that parses. */
export async function verifyIssued(certificatePem: string, expected: Expectation): Promise<Verdict> {
  const certificate = new x509.X509Certificate(certificatePem);
  const issuer = parsedIssuer(expected.authority.certificatePem);
  const serial = parseSerial(certificate.serialNumber);
  const arnSerial = parseSerial(expected.certificateArn.split("/").at(-1) ?? "");
  const checks: readonly (readonly [boolean, string])[] = [
    [serial !== undefined && serial === arnSerial, "the serial is not the one in the certificate ARN"],
    [certificate.issuer === issuer.subject, "the issuer is not the authority"],
    [await signedBy(certificate, issuer), "the signature is not the authority's"],
    [
      (await sha256Hex(new Uint8Array(certificate.publicKey.rawData))) === expected.csrSpkiSha256,
      "the key is not the CSR's",
    ],
    [subjectIs(certificate, expected.subject), "the subject is not the one asked for"],
    [
      subjectAltNamesAre(certificate, expected.subject.altNames),
      "the subject alternative names are not the ones asked for",
    ],
    [extendedKeyUsageIs(certificate), "the extended key usage is not exactly clientAuth"],
    [!isCa(certificate), "the certificate is a CA certificate"],
    [certificate.notAfter.getTime() <= expected.notAfter.getTime(), "the lifetime is longer than asked for"],
  ];
  const reasons = checks.filter(([holds]) => !holds).map(([, reason]) => reason);
  if (reasons.length > 0 || serial === undefined) return { kind: "mismatch", reasons };
  return {
    kind: "match",
    serial,
    sha256: await sha256Hex(new Uint8Array(certificate.rawData)),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
  };
}

/** Authorities are few, and every certificate of one is checked against the same issuer. */
const mostIssuers = 16;
const issuers = new Map<string, x509.X509Certificate>();

function parsedIssuer(pem: string): x509.X509Certificate {
  const issuer = issuers.get(pem) ?? new x509.X509Certificate(pem);
  if (issuers.size >= mostIssuers) issuers.clear();
  issuers.set(pem, issuer);
  return issuer;
}

// The library uses the wall clock unless told not to. It answers false for an algorithm it cannot run, but throws on a
// signature of another size than the key's curve has: that one is not the authority's either.
export async function signedBy(
  certificate: x509.X509Certificate,
  issuer: x509.X509Certificate,
): Promise<boolean> {
  try {
    return await certificate.verify({ publicKey: issuer.publicKey, signatureOnly: true });
  } catch {
    return false;
  }
}

// PCA documents no order for the attributes of an API subject, so they are compared as a set; one to an RDN, because
// the edge finds no slot in a multi-valued one.
function subjectIs(certificate: x509.X509Certificate, subject: SubjectTemplate): boolean {
  const wanted = [
    `O=${subject.organization}`,
    `OU=${subject.organizationalUnit}`,
    `CN=${subject.commonName}`,
  ];
  const rdns = certificate.subjectName.toJSON();
  const found = rdns.flatMap(rdn =>
    Object.entries(rdn).flatMap(([type, values]) => values.map(value => `${type}=${value}`)),
  );
  const plain = rdns.length === wanted.length && found.length === wanted.length;
  return plain && wanted.every(attribute => found.includes(attribute));
}

/** The library's words for the two kinds. */
const nameTypes = { uri: "url", dns: "dns" } as const satisfies Record<AltNameKind, string>;

// As a set, like the subject: no order is promised.
function subjectAltNamesAre(certificate: x509.X509Certificate, expected: readonly AltName[]): boolean {
  const names = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  const found = names.map(({ type, value }) => `${type} ${value}`).sort();
  const wanted = expected.map(({ kind, value }) => `${nameTypes[kind]} ${value}`).sort();
  return found.length === wanted.length && found.every((name, index) => name === wanted[index]);
}

export function extendedKeyUsageIs(certificate: x509.X509Certificate): boolean {
  const usages = certificate.getExtension(x509.ExtendedKeyUsageExtension)?.usages ?? [];
  return usages.length === 1 && usages[0] === clientAuth;
}

export function isCa(certificate: x509.X509Certificate): boolean {
  return certificate.getExtension(x509.BasicConstraintsExtension)?.ca === true;
}
