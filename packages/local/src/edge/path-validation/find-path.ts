// Finds the shortest chain from the leaf over presented certificates to an anchor: names, then signatures. No policy.
import type { EdgeCertificate } from "./parse-certificate.ts";

export type CertificationPath = {
  /** Leaf first; the anchor is not in it unless the leaf itself is the anchor. */
  readonly certificates: readonly EdgeCertificate[];
  readonly anchor: EdgeCertificate;
};

/**
 * Bounds the work a hostile list of same-named certificates can cause (50 us each). An honest list of ten
 * in any order needs far fewer.
 */
const maxSignatureChecks = 100;

/** Undefined when no presented chain ends at an anchor. Presentation order decides between chains of one length. */
export function findPath(
  leaf: EdgeCertificate,
  presented: readonly EdgeCertificate[],
  anchors: readonly EdgeCertificate[],
): CertificationPath | undefined {
  // checkIssued (OpenSSL's X509_check_issued) compares names and key identifiers, and demands keyCertSign of the issuer.
  let checksLeft = maxSignatureChecks;
  const issued = (issuer: EdgeCertificate, subject: EdgeCertificate): boolean =>
    subject.x509.checkIssued(issuer.x509) && checksLeft-- > 0 && subject.x509.verify(issuer.x509.publicKey);

  const unused = new Set(presented);
  let level: (readonly EdgeCertificate[])[] = [[leaf]];
  while (level.length > 0 && checksLeft > 0) {
    const next: (readonly EdgeCertificate[])[] = [];
    for (const chain of level) {
      const last = chain[chain.length - 1] ?? leaf;
      const anchor = anchors.find(candidate => candidate.der.equals(last.der) || issued(candidate, last));
      if (anchor !== undefined) return endAt(anchor, chain);
      for (const candidate of unused) {
        if (!issued(candidate, last)) continue;
        unused.delete(candidate);
        next.push([...chain, candidate]);
      }
    }
    level = next;
  }
  return undefined;
}

/** An anchor that the client also presented is an anchor, not an intermediate. */
function endAt(anchor: EdgeCertificate, chain: readonly EdgeCertificate[]): CertificationPath {
  const presentsAnchor = chain.length > 1 && chain.at(-1)?.der.equals(anchor.der) === true;
  return { certificates: presentsAnchor ? chain.slice(0, -1) : chain, anchor };
}
