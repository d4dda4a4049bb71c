// Bodies of EST are base64, whatever a Content-Transfer-Encoding says (RFC 8951 §3). White space between the
// characters means nothing to a reader (§3.1), and a lot to two clients of our own time, who disagree.
import { type Bytes, fromBase64, toBase64 } from "#core/csr/bytes.ts";

/** Undefined unless the text is base64 in its one spelling, with spaces, tabs and line breaks anywhere. */
export function readBase64Body(text: string): Bytes | undefined {
  return fromBase64(text.replaceAll(/[ \t\r\n]/g, ""));
}

/** One line without an end: `pki --est` of strongSwan before 5.9.11 takes a line break for a character of base64. */
export function oneLine(der: Bytes): string {
  return toBase64(der);
}

/** Lines of 64: the OpenSSL reader in libest finds no CA certificates in a text without line breaks. */
export function brokenLines(der: Bytes): string {
  return `${(toBase64(der).match(/.{1,64}/g) ?? []).join("\n")}\n`;
}
