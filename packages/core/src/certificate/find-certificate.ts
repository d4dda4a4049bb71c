// Finds the one certificate that a caller names. What the caller may not see and what does not exist are the same
// answer after the same reads (threats A2, A8).
import { type Caller, maySee } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import type { Certificate } from "./certificate.ts";
import { parseCertificateReference } from "./certificate-reference.ts";

/** All strongly consistent. Each makes the same calls whether it finds something or not. */
export type CertificateFinder = {
  readonly readCertificate: (id: string) => Promise<Certificate | undefined>;
  readonly findBySerial: (serial: string) => Promise<readonly Certificate[]>;
  readonly findBySha256: (sha256: string) => Promise<readonly Certificate[]>;
};

/**
 * Every certificate of a public key, of any holder, tenant and state; strongly consistent. `spkiSha256`: 64 lower-case
 * hex digits, the digest of the DER SubjectPublicKeyInfo.
 */
export type CertificatesByKey = (spkiSha256: string) => Promise<readonly Certificate[]>;

/** Refuses with `resource.not_found`, or `certificate.ambiguous` when the caller may see several of that name. */
export async function findCertificate(
  finder: CertificateFinder,
  caller: Caller,
  name: string,
): Promise<Certificate> {
  const named = await findNamed(finder, name);
  const [found, ...others] = named.filter(({ tenant }) => maySee(caller, tenant));
  if (found === undefined) return fail("resource.not_found", { kind: "certificate" });
  if (others.length > 0) {
    fail("certificate.ambiguous", { ids: [found, ...others].map(({ id }) => id).sort() });
  }
  return found;
}

async function findNamed(finder: CertificateFinder, name: string): Promise<readonly Certificate[]> {
  const reference = parseCertificateReference(name);
  switch (reference?.kind) {
    case undefined:
      return [];
    case "serial":
      return finder.findBySerial(reference.serial);
    case "sha256":
      return finder.findBySha256(reference.sha256);
    case "id": {
      const certificate = await finder.readCertificate(reference.id);
      return certificate === undefined ? [] : [certificate];
    }
  }
}
