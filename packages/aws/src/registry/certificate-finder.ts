// Certificates by the names that callers know them by, strongly consistent. What is found and what is not cost the same
// calls, so that the time of an answer tells nothing (threat A8).
import type { CertificateFinder } from "#core/certificate/find-certificate.ts";
import { listAuthorities } from "./authority-registry.ts";
import type { RegistryTable } from "./client.ts";
import { findBySha256, readCertificate, readCertificates } from "./read-certificate.ts";

export function dynamoCertificateFinder(table: RegistryTable): CertificateFinder {
  return {
    readCertificate: id => readCertificate(table, id),
    findBySerial: async serial => {
      const authorities = await listAuthorities(table);
      return readCertificates(
        table,
        authorities.map(({ id }) => `${id}-${serial}`),
      );
    },
    findBySha256: async sha256 => {
      const found = await findBySha256(table, sha256);
      // A hash is no certificate's id: the read finds nothing and takes its time.
      return found.length > 0 ? found : readCertificates(table, [sha256]);
    },
  };
}
