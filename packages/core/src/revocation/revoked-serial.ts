// A revoked certificate of which we know nothing but its serial: one of an authority whose layout is serials.
import type { RevocationReason } from "#core/certificate/certificate.ts";
import type { CrlReason } from "#core/crl/crl.ts";
import type { Serial } from "#core/serial.ts";

/** Who says so. A serial that a report has named stays revoked, whatever the CA's next list says. */
export type SerialSource = "crl" | "report";

export type RevokedSerial = {
  readonly authorityId: string;
  readonly serial: Serial;
  readonly source: SerialSource;
  readonly reason: RevocationReason | CrlReason;
  readonly revokedAt: Date;
  readonly actor: string;
  /** The revocation plan that named it; its audit record is the plan's. */
  readonly planId?: string;
};
