// Hold and resume of one certificate: reversible, at the edge alone, and never a way around a revocation.
import type { AuditRecord } from "#core/audit.ts";
import type { Certificate } from "#core/certificate/certificate.ts";

export type HoldRegistry = {
  /** One transaction: state, denied slot, audit. False unless the certificate is active. */
  readonly recordHold: (certificate: Certificate, audit: AuditRecord) => Promise<boolean>;
  /** One transaction: state, denied slot gone, audit. False unless the certificate is held. */
  readonly recordResume: (certificate: Certificate, audit: AuditRecord) => Promise<boolean>;
};
