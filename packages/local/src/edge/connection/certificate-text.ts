// How one certificate is spelled in events, logs and headers: serial, time, PEM.
import type { EdgeCertificate } from "../path-validation/parse-certificate.ts";

/** Lower-case hex of the raw DER INTEGER octets with colons: `00:9e:2a`, the 00 exactly when the top bit is set. */
export function serialText(certificate: EdgeCertificate): string {
  return (certificate.serialOctets.toString("hex").match(/../g) ?? []).join(":");
}

/** ISO 8601 in UTC, whole seconds: `2025-09-10T23:43:10Z`. */
export function timeText(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** `NotBefore=<ISO 8601>;NotAfter=<ISO 8601>`, as the header has it; the log field follows. */
export function validityText(certificate: EdgeCertificate): string {
  return `NotBefore=${timeText(certificate.notBefore)};NotAfter=${timeText(certificate.notAfter)}`;
}
