// A list in PEM (RFC 7468, 6): one block, nothing else. Linear, for texts of megabytes.
import { type Bytes, fromBase64 } from "#core/csr/bytes.ts";
import { malformed } from "./scan-der.ts";

const frame = /^\s*-----BEGIN X509 CRL-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END X509 CRL-----\s*$/;

/** Refuses with `crl.refused` any other text. */
export function readCrlPem(text: string): Bytes {
  const body = frame.exec(text)?.[1]?.replaceAll(/[\r\n]/g, "") ?? "";
  return fromBase64(body) ?? malformed("the text is not exactly one block of X509 CRL in PEM");
}
