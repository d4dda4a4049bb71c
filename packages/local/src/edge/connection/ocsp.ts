// What CloudFront asks OCSP responders, and what it makes of the answers (certificate-revocation). Responders are outside:
// where none is given, none answers.
import type { EdgeCertificate } from "../path-validation/parse-certificate.ts";
import { serialText } from "./certificate-text.ts";
import type { ConnectionRefusal } from "./connection-log.ts";

export type OcspStatus = "Good" | "Revoked" | "Unknown" | "Error";

/** An answer as the edge has it in its cache, so at once. `url` is the certificate's own. */
export type OcspResponder = (question: { readonly url: string; readonly serialNumber: string }) => OcspStatus;

type CertificateStatus = {
  readonly method: "OCSP";
  readonly status: OcspStatus;
  /** With status `Error` only. */
  readonly errorType?: string;
  readonly serialNumber: string;
};

/** `revocationStatus` of the connection event. */
export type RevocationStatus = {
  readonly chainValidity: "Valid" | "Invalid" | "Unknown";
  readonly certificates: {
    readonly leaf: CertificateStatus;
    readonly intermediates: readonly CertificateStatus[];
  };
};

/** Undefined when a certificate names no responder: then the connection is refused and no function is asked. */
export function askResponders(
  leaf: EdgeCertificate,
  intermediates: readonly EdgeCertificate[],
  responder: OcspResponder = () => "Error",
): RevocationStatus | undefined {
  const statuses = [leaf, ...intermediates].map(certificate => {
    const url = ocspUrl(certificate);
    const serialNumber = serialText(certificate);
    const status = url === "" ? undefined : responder({ url, serialNumber });
    return status && toStatus(status, serialNumber);
  });
  const [first, ...rest] = statuses.filter(status => status !== undefined);
  if (first === undefined || rest.length < intermediates.length) return undefined;
  return {
    chainValidity: chainValidity([first, ...rest]),
    certificates: { leaf: first, intermediates: rest },
  };
}

/** Without a connection function, CloudFront's own word counts; an undetermined status is refused. */
export function refusalOf({ chainValidity }: RevocationStatus): ConnectionRefusal | undefined {
  if (chainValidity === "Valid") return undefined;
  return chainValidity === "Invalid" ? "ClientCertOcspDenied" : "ClientCertOcspProcessingError";
}

/** Empty without a responder. */
export function ocspUrl({ x509 }: EdgeCertificate): string {
  return /^OCSP - URI:(.+)$/m.exec(x509.infoAccess ?? "")?.[1] ?? "";
}

function toStatus(status: OcspStatus, serialNumber: string): CertificateStatus {
  const certificate = { method: "OCSP", status, serialNumber } as const;
  return status === "Error" ? { ...certificate, errorType: "InternalError" } : certificate;
}

function chainValidity(statuses: readonly CertificateStatus[]): RevocationStatus["chainValidity"] {
  if (statuses.some(({ status }) => status === "Revoked")) return "Invalid";
  return statuses.every(({ status }) => status === "Good") ? "Valid" : "Unknown";
}
