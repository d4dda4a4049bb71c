// What revoking certificates one by one needs of the registry.
import type { AuditRecord } from "#core/audit.ts";
import type { Certificate, Revocation } from "#core/certificate/certificate.ts";

export type RevocationRegistry = {
  /** Without an authority every managed one is asked for the serial. */
  readonly findBySerial: (serial: string, authorityId: string | undefined) => Promise<readonly Certificate[]>;
  readonly findBySha256: (sha256: string) => Promise<readonly Certificate[]>;
  readonly findByHolder: (tenant: string, holder: string) => Promise<readonly Certificate[]>;
  /** One transaction: state, denied slot, audit, outbox. `already` when the certificate was revoked before. */
  readonly recordRevocation: (
    certificate: Certificate,
    revocation: Revocation,
    audit: AuditRecord,
  ) => Promise<"revoked" | "already">;
};
