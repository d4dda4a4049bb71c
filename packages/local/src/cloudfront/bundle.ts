// What CloudFront accepts as a trust store's bundle (trust-stores-certificate-management, and the quotas): one PEM text,
// read once. The rules are stricter than any parser's: what a parser forgives, a deployment would only find out later.
import { type EdgeCertificate, parseCertificate } from "../edge/path-validation/parse-certificate.ts";
import { isKeySupported, isSignatureSupported } from "../edge/path-validation/supported-algorithms.ts";

/** CloudFront quotas; for the bundle the smaller of the two published figures. */
export const bundleLimits = { certificates: 25, certificateBytes: 16_384, bytes: 65_536 } as const;

export type BundleVerdict =
  | { readonly kind: "sound"; readonly certificates: number }
  | { readonly kind: "unsound"; readonly reason: string };

class BundleFault extends Error {}

/** How many CAs the bundle holds, or the first reason why it cannot become active. */
export function judgeBundle(pem: string): BundleVerdict {
  try {
    if (Buffer.byteLength(pem) > bundleLimits.bytes) {
      throw new BundleFault(`The bundle is larger than ${bundleLimits.bytes} bytes.`);
    }
    const blocks = blocksOf(pem);
    if (blocks.length === 0) throw new BundleFault("The bundle contains no certificate.");
    if (blocks.length > bundleLimits.certificates) {
      throw new BundleFault(`The bundle contains more than ${bundleLimits.certificates} certificates.`);
    }
    for (const [index, block] of blocks.entries()) checkCertificate(block, `Certificate ${index + 1}`);
    return { kind: "sound", certificates: blocks.length };
  } catch (error) {
    if (error instanceof BundleFault) return { kind: "unsound", reason: error.message };
    throw error;
  }
}

/** The base64 of each certificate. Lines only: comments and complete blocks, nothing blank between two certificates. */
function blocksOf(pem: string): readonly string[] {
  const blocks: string[] = [];
  let current: string[] | undefined;
  const lines = pem.replace(/\r?\n$/, "").split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    const where = `Line ${index + 1}`;
    if (current !== undefined) {
      if (line === "-----END CERTIFICATE-----") {
        blocks.push(current.join(""));
        current = undefined;
      } else if (/^[A-Za-z0-9+/]+={0,2}$/.test(line)) current.push(line);
      else throw new BundleFault(`${where} is not part of a PEM encoded certificate.`);
    } else if (line === "-----BEGIN CERTIFICATE-----") current = [];
    else if (line === "") {
      if (blocks.length > 0) throw new BundleFault(`${where} is blank: not allowed between certificates.`);
    } else checkComment(line, where);
  }
  if (current !== undefined) throw new BundleFault("The last certificate is not complete.");
  return blocks;
}

function checkComment(line: string, where: string): void {
  if (!line.startsWith("#")) throw new BundleFault(`${where} is neither a certificate nor a comment.`);
  if (line.includes("-")) throw new BundleFault(`${where} is a comment with a hyphen.`);
}

function checkCertificate(base64: string, where: string): void {
  const der = Buffer.from(base64, "base64");
  if (der.length > bundleLimits.certificateBytes) {
    throw new BundleFault(`${where} is larger than ${bundleLimits.certificateBytes} bytes.`);
  }
  let certificate: EdgeCertificate;
  try {
    certificate = parseCertificate(der);
  } catch {
    throw new BundleFault(`${where} is not an X.509 certificate.`);
  }
  // Basic constraints are an extension, so whatever has them is X.509v3.
  if (certificate.extensions.basicConstraints?.isAuthority !== true) {
    throw new BundleFault(`${where} is not an X.509v3 CA certificate.`);
  }
  if (!isKeySupported(certificate)) throw new BundleFault(`${where} has a key type that is not supported.`);
  if (!isSignatureSupported(certificate)) {
    throw new BundleFault(`${where} has a signature algorithm that is not supported.`);
  }
}
