// What every operation of the service works with.
import type { Clock } from "../wire/clock.ts";
import type { CertificateStore, StoredCertificate } from "./store.ts";

/** Counts, not rates (ACM quotas). */
export type AcmQuotas = {
  readonly certificates: number;
  /** Imports, repeated ones included, in the last 365 days. */
  readonly importsPerYear: number;
};

export type Acm = {
  readonly clock: Clock;
  readonly quotas: AcmQuotas;
  readonly store: CertificateStore;
  /** ARNs of the resources that use a certificate, such as a distribution. */
  readonly usersOf: (id: string) => readonly string[];
  readonly onImported: (certificate: StoredCertificate) => void;
};
