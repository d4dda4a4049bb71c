// Announce a lot: its size, so that its certificates get one contiguous block of slots.
import type { Lot } from "#core/authority/lot.ts";
import { fail } from "#core/error.ts";
import type { LotRegistry } from "./ports.ts";

export type AnnounceLotDeps = { readonly lots: LotRegistry; readonly now: () => Date };

export type LotAnnouncement = {
  readonly tenant: string;
  readonly lot: string;
  /** Certificates, 1 to `largestLot`. */
  readonly size: number;
  readonly actor: string;
  readonly requestId: string;
};

/**
 * Answers the lot as it is now. The size may be changed until the first certificate, and announced again at any time.
 * Refuses with `lot.started` and `lot.revoked`.
 */
export async function announceLot(
  { lots, now }: AnnounceLotDeps,
  { tenant, lot, size, actor, requestId }: LotAnnouncement,
): Promise<Lot> {
  const outcome = await lots.recordAnnounced(
    { tenant, lot, size },
    {
      subject: `${tenant}/${lot}`,
      action: "lot.announced",
      actor,
      requestId,
      at: now(),
      facts: { size: String(size) },
    },
  );
  if (outcome === "started") fail("lot.started", { lot });
  if (outcome === "revoked") fail("lot.revoked", { lot });
  return lots.readLot(tenant, lot);
}
