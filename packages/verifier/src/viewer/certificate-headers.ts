// The headers that hold a whole certificate, or say of it what it says itself.
import { X509Certificate } from "node:crypto";
import { parseSerial } from "#core/serial.ts";
import type { Viewer } from "../verdict.ts";
import { type DistinguishedName, type NameAttribute, parseDistinguishedName } from "./distinguished-name.ts";
import type { ViewerHeader } from "./headers.ts";

/** `CloudFront-Viewer-Cert-Pem`: URL-encoded PEM of exactly one certificate. */
export function readPemHeader(text: string): X509Certificate | undefined {
  try {
    const pem = decodeURIComponent(text);
    const isOne = /^-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*$/.test(pem);
    return isOne ? new X509Certificate(pem) : undefined;
  } catch {
    // Malformed escapes, or no certificate.
    return undefined;
  }
}

/** `Client-Cert` and `Client-Cert-Chain` (RFC 9440): DER between colons, the chain's in a list. */
export function readClientCert(text: string): readonly Buffer[] | undefined {
  const items = text
    .split(",")
    .map(item => /^:((?:[A-Za-z0-9+/]{4})+|[A-Za-z0-9+/]+={1,2}):$/.exec(item.trim()));
  const certificates = items.flatMap(item =>
    item?.[1] === undefined ? [] : [Buffer.from(item[1], "base64")],
  );
  return certificates.length === items.length ? certificates : undefined;
}

/** `NotBefore=<ISO 8601>;NotAfter=<ISO 8601>`, in UTC to the second. */
export function readValidity(text: string): NonNullable<Viewer["validity"]> | undefined {
  const time = String.raw`(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)`;
  const [, from = "", to = ""] = new RegExp(`^NotBefore=${time};NotAfter=${time}$`).exec(text) ?? [];
  const [notBefore, notAfter] = [new Date(from), new Date(to)];
  return notBefore <= notAfter ? { notBefore, notAfter } : undefined;
}

/** The headers that say something else than the certificate. */
export function disagreeing(
  certificate: X509Certificate,
  told: Pick<Viewer, "serial" | "sha256" | "issuer" | "subject">,
): readonly ViewerHeader[] {
  const checks: readonly (readonly [boolean, ViewerHeader])[] = [
    [parseSerial(certificate.serialNumber) === told.serial, "cloudfront-viewer-cert-serial-number"],
    [digestOf(certificate) === told.sha256, "cloudfront-viewer-cert-sha256"],
    [isSameName(certificate.issuer, told.issuer), "cloudfront-viewer-cert-issuer"],
    [isSameName(certificate.subject, told.subject), "cloudfront-viewer-cert-subject"],
  ];
  return checks.filter(([holds]) => !holds).map(([, header]) => header);
}

/** Lower-case hex. */
export function digestOf({ fingerprint256 }: X509Certificate): string {
  return fingerprint256.replaceAll(":", "").toLowerCase();
}

/**
 * Node has one RDN to a line, in certificate order, each escaped as in RFC 2253. What a header gives as hex of DER is
 * compared by its type alone: the digest has compared the octets.
 */
function isSameName(lines: string, name: DistinguishedName): boolean {
  const own = (lines ?? "").split("\n").map(line => parseDistinguishedName(escapeForeign(line))?.[0] ?? []);
  own.reverse();
  return (
    own.length === name.length &&
    name.every((attributes, index) => {
      const others = own[index] ?? [];
      const isThere = ({ type, value }: NameAttribute): boolean =>
        others.some(other => other.type === type && (value === undefined || other.value === value));
      return others.length === attributes.length && attributes.every(isThere);
    })
  );
}

function escapeForeign(line: string): string {
  return line.replace(/[^ -~]+/gu, run => Buffer.from(run).toString("hex").replace(/../g, "\\$&"));
}
