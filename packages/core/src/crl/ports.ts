// What importing a list reads and writes.
import type { AuditRecord } from "#core/audit.ts";
import type { Authority } from "#core/authority/authority.ts";
import type { StoreUsage } from "#core/publication/store-usage.ts";
import type { RevokedSerial, SerialSource } from "#core/revocation/revoked-serial.ts";
import type { Serial } from "#core/serial.ts";

/** The list that an authority's serials follow: the last one that was taken. */
export type RecordedCrl = {
  readonly authorityId: string;
  /** Of the list's DER, lower-case hex. */
  readonly sha256: string;
  /** Decimal; undefined when the list has no number. */
  readonly number: string | undefined;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly entries: number;
  /** Against what was known before it. */
  readonly added: number;
  readonly removed: number;
  readonly unchanged: number;
  /** `applying`: some of its serials are still to be written or removed. */
  readonly state: "applying" | "applied";
};

/** At most `changesAtOnce` together. */
export type SerialChanges = { readonly add: readonly RevokedSerial[]; readonly remove: readonly Serial[] };

export type CrlRegistry = {
  readonly listAuthorities: () => Promise<readonly Authority[]>;
  /** Strongly consistent, as the next two are. */
  readonly readCrl: (authorityId: string) => Promise<RecordedCrl | undefined>;
  readonly listRevokedSerials: (authorityId: string) => Promise<ReadonlyMap<Serial, SerialSource>>;
  /** False when the authority's list is another than `before` by now. */
  readonly recordCrl: (
    crl: RecordedCrl,
    before: RecordedCrl | undefined,
    audit: AuditRecord,
  ) => Promise<boolean>;
  /**
   * All or nothing. `superseded`: the authority follows another list by now. `changed`: somebody else has written one of
   * the serials meanwhile. Removes only what a list has brought.
   */
  readonly changeSerials: (
    crl: RecordedCrl,
    changes: SerialChanges,
  ) => Promise<"written" | "superseded" | "changed">;
  readonly recordApplied: (crl: RecordedCrl, audit: AuditRecord) => Promise<void>;
};

export type ImportCrlDeps = {
  readonly registry: CrlRegistry;
  readonly readUsage: () => Promise<StoreUsage>;
  readonly now: () => Date;
};

/** A transaction takes 100 items, and one of them checks that the list is still the one that counts. */
export const changesAtOnce = 99;
