// What every operation of the service works with.
import type { S3Client } from "@aws-sdk/client-s3";
import type { Clock } from "../wire/clock.ts";
import type { Account } from "./arn.ts";
import type { PcaDetailType } from "./event.ts";
import type { AuthorityStore } from "./state/authority.ts";
import type { CertificateStore } from "./state/certificate.ts";
import type { IssuanceQueue } from "./state/issuance-queue.ts";
import type { ReportStore } from "./state/report.ts";

/** Counts, not rates (AWS Private CA quotas). `revokedPerAuthority` holds for CAs with a complete CRL. */
export type PcaQuotas = {
  readonly authorities: number;
  readonly certificatesPerAuthority: number;
  readonly revokedPerAuthority: number;
};

export type Pca = {
  readonly account: Account;
  readonly clock: Clock;
  readonly quotas: PcaQuotas;
  readonly authorities: AuthorityStore;
  readonly certificates: CertificateStore;
  readonly reports: ReportStore;
  readonly queue: IssuanceQueue;
  /** Sixteen octets. */
  readonly newSerial: () => Uint8Array;
  /** Where audit reports go; undefined when no bucket can be reached. */
  readonly s3: S3Client | undefined;
  /** Hands an event on. Never throws: AWS delivers these at its best effort. */
  readonly emit: (type: PcaDetailType, resources: readonly string[], result?: "success" | "failure") => void;
  /** Work that goes on after the answer (a key, a report); the server waits for it before it stops. */
  readonly inBackground: (work: Promise<void>) => void;
};

/** How long AWS remembers an IdempotencyToken. */
export const IDEMPOTENCY_WINDOW_MS = 5 * 60 * 1000;
