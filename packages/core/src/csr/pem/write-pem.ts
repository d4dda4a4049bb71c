// The one PEM text of a DER request (RFC 7468 §7): what is sent to the CA.

import { type Bytes, toBase64 } from "../bytes.ts";

export function writePem(der: Bytes): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? [];
  return `${["-----BEGIN CERTIFICATE REQUEST-----", ...lines, "-----END CERTIFICATE REQUEST-----"].join("\n")}\n`;
}
