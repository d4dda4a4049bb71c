// The CA certificates of CloudFront's trust store as one text, by its documented rules: PEM, no blank lines between
// certificates, at most 25 of them, 64 KB in all (the smaller of the two published figures) and 16 KB each.

import { type Finding, fail } from "#core/error.ts";
import * as x509 from "#core/x509.ts";
import { type Authority, hasStanding } from "./authority.ts";

const mostCertificates = 25;
const mostBytes = 65_536;
const mostCertificateBytes = 16_384;

/** Refuses with `authority.unsuitable` and all findings. The order given is kept; a certificate given twice stands once. */
export function buildTrustBundle(caCertificatesPem: readonly string[]): string {
  // The library passes over a block it cannot decode, and a CA that is left out locks its devices out: so they are counted.
  const given = caCertificatesPem.flatMap(pem => pem.match(/-----BEGIN /g) ?? []).length;
  const certificates = caCertificatesPem.flatMap(readCertificates);
  const blocks = [...new Set(certificates.map(toPem))];
  const bundle = blocks.join("");
  const findings = [
    ...(certificates.length === given
      ? []
      : [finding("trust_bundle.not_a_certificate", "a PEM block is damaged, or holds something else")]),
    ...(given === 0 ? [finding("trust_bundle.empty", "no CA certificate was given")] : []),
    ...(blocks.length > mostCertificates
      ? [finding("trust_bundle.too_many", `at most ${mostCertificates} certificates`)]
      : []),
    ...(bundle.length > mostBytes ? [finding("trust_bundle.too_large", `at most ${mostBytes} bytes`)] : []),
    ...blocks.flatMap(block => examine(block)),
  ];
  if (findings.length > 0) fail("authority.unsuitable", { findings });
  return bundle;
}

/** Of the authorities with standing; those without are left out, so that their clients fail at the trust store already. */
export function trustBundleOf(authorities: readonly Authority[]): string {
  return buildTrustBundle(authorities.filter(hasStanding).map(({ certificatePem }) => certificatePem));
}

function readCertificates(pem: string): readonly ArrayBuffer[] {
  return x509.PemConverter.decodeWithHeaders(pem)
    .filter(({ type, rawData }) => type === "CERTIFICATE" && isCertificate(rawData))
    .map(({ rawData }) => rawData);
}

function isCertificate(der: ArrayBuffer): boolean {
  try {
    return new x509.X509Certificate(der).rawData.byteLength === der.byteLength;
  } catch {
    return false; // The library throws on what it cannot read; that is the answer.
  }
}

function examine(pem: string): readonly Finding[] {
  const certificate = new x509.X509Certificate(pem);
  const isCa = certificate.getExtension(x509.BasicConstraintsExtension)?.ca === true;
  return [
    ...(isCa ? [] : [finding("trust_bundle.not_a_ca", `${certificate.subject} is not a CA certificate`)]),
    ...(pem.length > mostCertificateBytes
      ? [
          finding(
            "trust_bundle.certificate_too_large",
            `${certificate.subject} is over ${mostCertificateBytes} bytes`,
          ),
        ]
      : []),
  ];
}

/** Re-encoded, so that comments and blank lines of the input cannot reach the store. */
function toPem(der: ArrayBuffer): string {
  return `${x509.PemConverter.encode(der, "CERTIFICATE").trim()}\n`;
}

const finding = (code: string, detail: string): Finding => ({ code, detail, pointer: "" });
