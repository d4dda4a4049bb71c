// What announcing a lot and naming its holders needs of the registry.
import type { AuditRecord } from "#core/audit.ts";
import type { Lot } from "#core/authority/lot.ts";

export type LotRegistry = {
  /** Strongly consistent. A lot that nobody has heard of has no blocks. */
  readonly readLot: (tenant: string, lot: string) => Promise<Lot>;
  /** `started`: the lot has its first block, so its size is settled. `already`: it is announced at this size. */
  readonly recordAnnounced: (
    announcement: { readonly tenant: string; readonly lot: string; readonly size: number },
    audit: AuditRecord,
  ) => Promise<"announced" | "already" | "started" | "revoked">;
  /**
   * One transaction: the holders, their number on the lot, and audit. At most `holdersAtOnce`, none of them twice.
   * `started`: the lot was enrolled into while it had no manifest. `known`: these are on it; nothing was written.
   */
  readonly recordExpected: (
    part: { readonly tenant: string; readonly lot: string; readonly holders: readonly string[] },
    audit: AuditRecord,
  ) => Promise<
    | { readonly kind: "recorded" }
    | { readonly kind: "started" }
    | { readonly kind: "revoked" }
    | { readonly kind: "known"; readonly holders: readonly string[] }
  >;
};

/** TransactWriteItems takes 100 items; the lot's own row and the audit record are two. */
export const holdersAtOnce = 98;
