// The client-certificate headers that CloudFront makes for the origin (viewer-mtls-headers), in their exact formats.

import type { ViewerCertificates } from "../connection/admit-connection.ts";
import { serialText, validityText } from "../connection/certificate-text.ts";
import { renderName } from "../connection/render-name.ts";
import type { ViewerCertificateHeader, ViewerMtlsMode } from "../distribution-config.ts";
import type { EdgeCertificate } from "../path-validation/parse-certificate.ts";

export type HeaderPair = readonly [name: string, value: string];

/** Every header that exists for this viewer in this mode; the origin request policy picks from them. */
export function viewerCertificatePairs(
  certificates: ViewerCertificates | undefined,
  mode: ViewerMtlsMode,
): readonly (readonly [ViewerCertificateHeader, string])[] {
  if (certificates === undefined) return [["CloudFront-Viewer-Cert-Present", "0"]];
  const { leaf, others } = certificates;
  return [
    ["CloudFront-Viewer-Cert-Present", "1"],
    ["CloudFront-Viewer-Cert-Serial-Number", serialText(leaf)],
    ["CloudFront-Viewer-Cert-Issuer", renderName(leaf.issuer, "rfc2253")],
    ["CloudFront-Viewer-Cert-Subject", renderName(leaf.subject, "rfc2253")],
    ["CloudFront-Viewer-Cert-Sha256", leaf.sha256.toString("hex")],
    ["CloudFront-Viewer-Cert-Validity", validityText(leaf)],
    ...(mode === "passthrough" ? rfc9440(leaf, others) : [pem(leaf)]),
  ];
}

/** Validity is documented for origin requests only; Pem and RFC 9440's headers never reach an edge function. */
export function isVisibleToFunctions(name: ViewerCertificateHeader): boolean {
  return !/-(Validity|Pem)$|^Client-Cert/.test(name);
}

function pem(leaf: EdgeCertificate): readonly ["CloudFront-Viewer-Cert-Pem", string] {
  return ["CloudFront-Viewer-Cert-Pem", encodeURIComponent(leaf.x509.toString())];
}

/** RFC 9440 section 2: byte sequences between colons; the chain header is left out without a chain. */
function rfc9440(
  leaf: EdgeCertificate,
  others: readonly EdgeCertificate[],
): readonly (readonly ["Client-Cert" | "Client-Cert-Chain", string])[] {
  const bytes = ({ der }: EdgeCertificate) => `:${der.toString("base64")}:`;
  const chain = others.map(bytes).join(", ");
  return [["Client-Cert", bytes(leaf)], ...(chain === "" ? [] : [["Client-Cert-Chain", chain] as const])];
}
