// The `connection` object of a connection function, as the event listing of write-connection-function-code has it.
import type { EdgeCertificate } from "../path-validation/parse-certificate.ts";
import { serialText, timeText } from "./certificate-text.ts";
import { ocspUrl, type RevocationStatus } from "./ocsp.ts";
import { type NameForm, renderName } from "./render-name.ts";

export type CertificateObject = {
  readonly serialNumber: string;
  readonly issuer: string;
  readonly subject: string;
  readonly validity: { readonly notBefore: string; readonly notAfter: string };
  /** base64url with padding: the form of the documentation's captured sample. */
  readonly sha256Fingerprint: string;
  /** Empty without an OCSP responder, as `san` and `sanHex` without names. */
  readonly ocspEndpoint: string;
  readonly san: string;
  /** Lower-case hex of the DER. */
  readonly spki: string;
  readonly sanHex: string;
};

export type ConnectionEvent = {
  /** Absent when the viewer presented none (optional, passthrough). */
  readonly clientCertificate?: {
    readonly certificates: {
      readonly leaf: CertificateObject;
      readonly intermediates: readonly CertificateObject[];
    };
    /** Only where the trust store asks OCSP responders. */
    readonly revocationStatus?: RevocationStatus;
  };
  readonly clientIp: string;
  readonly endpoint: string;
  readonly distributionId: string;
  readonly connectionId: string;
};

/** `intermediates` are the presented certificates between leaf and anchor; the anchor itself is left out. */
export function certificatesOfEvent(
  leaf: EdgeCertificate,
  intermediates: readonly EdgeCertificate[],
  form: NameForm,
): NonNullable<ConnectionEvent["clientCertificate"]> {
  const toObject = (certificate: EdgeCertificate) => toCertificateObject(certificate, form);
  return { certificates: { leaf: toObject(leaf), intermediates: intermediates.map(toObject) } };
}

function toCertificateObject(certificate: EdgeCertificate, form: NameForm): CertificateObject {
  const { x509, extensions, sha256 } = certificate;
  return {
    serialNumber: serialText(certificate),
    issuer: renderName(certificate.issuer, form),
    subject: renderName(certificate.subject, form),
    validity: { notBefore: timeText(certificate.notBefore), notAfter: timeText(certificate.notAfter) },
    sha256Fingerprint: `${sha256.toString("base64url")}=`,
    ocspEndpoint: ocspUrl(certificate),
    san: x509.subjectAltName ?? "",
    spki: certificate.spki.toString("hex"),
    sanHex: extensions.subjectAltName?.toString("hex") ?? "",
  };
}
