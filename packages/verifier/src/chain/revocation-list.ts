// Certificate revocation lists of the origin authority: read once, believed only under their issuer's signature.
import { type KeyObject, verify, type X509Certificate } from "node:crypto";
import type { Crl } from "#core/crl/crl.ts";
import { readCrl } from "#core/crl/read-crl.ts";
import { signatureAlgorithmOf } from "#core/csr/signature-algorithm.ts";
import { parseSerial } from "#core/serial.ts";
import { nameOf } from "./certificate-fields.ts";
import { pemBlocks } from "./pem.ts";

export type RevocationList = Crl;

/** `list`: DER, or PEM with one list. Throws for anything else, and for delta and partial lists. */
export function readRevocationList(list: Uint8Array): RevocationList {
  const [block = Buffer.from(list), ...more] = pemBlocks(Buffer.from(list).toString("latin1"), "X509 CRL");
  if (more.length > 0) throw new Error("more than one revocation list");
  const read = readCrl(Uint8Array.from(block));
  if (read.findings.length > 0) throw new Error(read.findings.map(({ detail }) => detail).join("; "));
  return read;
}

/** `unknown`: none of the lists is the issuer's, signed by it, and for now. */
export function revocationOf(
  certificate: X509Certificate,
  issuer: X509Certificate,
  lists: readonly RevocationList[],
  now: Date,
): "good" | "revoked" | "unknown" {
  const serial = parseSerial(certificate.serialNumber);
  const issuerName = nameOf(issuer);
  const speaking = lists.filter(
    list =>
      Buffer.from(list.issuer).equals(issuerName) &&
      list.thisUpdate <= now &&
      list.nextUpdate !== undefined &&
      now <= list.nextUpdate &&
      isSignedBy(list, issuer.publicKey),
  );
  if (serial === undefined || speaking.length === 0) return "unknown";
  return speaking.some(({ entries }) => entries.has(serial)) ? "revoked" : "good";
}

function isSignedBy({ signed }: RevocationList, key: KeyObject): boolean {
  const algorithm = signatureAlgorithmOf(signed.signatureAlgorithm);
  if (algorithm?.keyKind !== key.asymmetricKeyType) return false;
  return verify(algorithm?.hash, signed.signedBytes, key, signed.signature);
}
