// Mutual TLS of a custom domain: is the client's certificate to be let in, and how the event shows it.
// API Gateway checks the chain and the dates; it does not check revocation.
import { X509Certificate } from "node:crypto";
import type { DetailedPeerCertificate, TLSSocket } from "node:tls";
import { parseTrustStore, type TrustStore } from "../edge/path-validation/trust-store.ts";
import { readPresented, validateChain } from "../edge/path-validation/validate-path.ts";

/** `requestContext.authentication.clientCert` of payload format 2.0. */
export type ClientCertificate = {
  readonly clientCertPem: string;
  readonly subjectDN: string;
  readonly issuerDN: string;
  /** Colon-separated hex pairs, as in the developer guide's sample. */
  readonly serialNumber: string;
  /** OpenSSL's notation, such as `May 28 12:30:02 2019 GMT`. */
  readonly validity: { readonly notBefore: string; readonly notAfter: string };
};

/** Throws when the bundle holds no CA. */
export function readTruststore(pem: string): TrustStore["anchors"] {
  return parseTrustStore(pem).anchors;
}

/**
 * The client's certificate if it chains to the truststore at `now`, else undefined. Not left to OpenSSL, because it
 * would judge the dates by the machine's clock instead of the stack's.
 */
export function admittedCertificate(
  socket: TLSSocket,
  anchors: TrustStore["anchors"],
  now: Date,
): ClientCertificate | undefined {
  const ders = presentedDers(socket);
  const [leaf] = ders;
  if (leaf === undefined) return undefined;
  const presented = readPresented(ders);
  if (presented.kind === "refused") return undefined;
  const verdict = validateChain(presented.leaf, presented.others, {
    anchors,
    now,
    ignoreCertificateExpiry: false,
  });
  return verdict.kind === "trusted" ? describeCertificate(new X509Certificate(leaf)) : undefined;
}

function describeCertificate(certificate: X509Certificate): ClientCertificate {
  return {
    clientCertPem: certificate.toString(),
    subjectDN: distinguishedName(certificate.subject),
    issuerDN: distinguishedName(certificate.issuer),
    serialNumber: (certificate.serialNumber.toLowerCase().match(/../g) ?? []).join(":"),
    validity: { notBefore: certificate.validFrom, notAfter: certificate.validTo },
  };
}

function presentedDers(socket: TLSSocket): readonly Buffer[] {
  const ders: Buffer[] = [];
  // Node links each certificate to its issuer as sent, a self-signed one to itself; no certificate is an empty object.
  let next: Partial<DetailedPeerCertificate> | undefined = socket.getPeerCertificate(true);
  while (next?.raw !== undefined && !ders.some(der => next?.raw?.equals(der))) {
    ders.push(next.raw);
    next = next.issuerCertificate;
  }
  return ders;
}

/** Node's one attribute per line, as the one line that API Gateway gives, in the certificate's order. */
function distinguishedName(lines: string): string {
  return (lines ?? "").split("\n").join(",");
}
