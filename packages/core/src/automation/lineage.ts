// What came of a certificate by renewal. A thief who holds a key can renew with it, so the successors may be the
// thief's. The links that a certificate carries name one successor; those it replaced are found from their side.
import type { Certificate } from "#core/certificate/certificate.ts";

/** `certificates` and all of `candidates` that descend from one of them, each once. */
export function withSuccessors(
  certificates: readonly Certificate[],
  candidates: readonly Certificate[],
): readonly Certificate[] {
  const found = new Map(certificates.map(certificate => [certificate.id, certificate]));
  // A map grows while it is walked, and its walk reaches what is added: generation after generation.
  for (const [id] of found) {
    for (const candidate of candidates) {
      if (candidate.renews === id && !found.has(candidate.id)) found.set(candidate.id, candidate);
    }
  }
  return [...found.values()];
}
