// The names that a certificate answers to: our id, its serial in any spelling, the SHA-256 of its DER.
import { authorityIdSchema } from "#core/name.ts";
import { parseSerial, type Serial } from "#core/serial.ts";
import { type CertificateId, certificateId } from "./certificate.ts";

export type CertificateReference =
  | { readonly kind: "id"; readonly id: CertificateId }
  /** Unique to its authority alone. */
  | { readonly kind: "serial"; readonly serial: Serial }
  /** Lower-case hex. */
  | { readonly kind: "sha256"; readonly sha256: string };

const sha256 = /^(?:[0-9a-f]{64}|[0-9a-f]{2}(?::[0-9a-f]{2}){31})$/;

/** Undefined for a text that names no certificate. The serial within an id may be spelled in any way, too. */
export function parseCertificateReference(text: string): CertificateReference | undefined {
  const lower = text.toLowerCase();
  // First, since a serial may be written with any number of leading zeros: 64 digits are never one.
  if (sha256.test(lower)) return { kind: "sha256", sha256: lower.replaceAll(":", "") };
  const dash = text.indexOf("-");
  const serial = parseSerial(text.slice(dash + 1));
  if (serial === undefined) return undefined;
  if (dash === -1) return { kind: "serial", serial };
  const authority = authorityIdSchema.safeParse(text.slice(0, dash));
  return authority.success ? { kind: "id", id: certificateId(authority.data, serial) } : undefined;
}
