// A lot as the API shows it.
import type { Lot } from "#core/authority/lot.ts";
import { isoSeconds } from "#core/event/outgoing.ts";
import type { LotBody } from "../contract/lot.ts";

export function presentLot(lot: Lot, issued: number | undefined): LotBody {
  const { announcedSize, expectedHolders, revocation } = lot;
  const blocks = lot.blocks.map(({ authorityId, owner, first, size, next, usableUntil }) => ({
    authority: authorityId,
    kind: owner.kind,
    firstSlot: first,
    size,
    used: next - first,
    usableUntil: isoSeconds(usableUntil),
  }));
  return {
    lot: lot.name,
    tenant: lot.tenant,
    state: revocation === undefined ? "open" : "revoked",
    ...(announcedSize === undefined ? {} : { announcedSize }),
    ...(expectedHolders === undefined ? {} : { expectedHolders }),
    slotsUsed: blocks.reduce((sum, { kind, used }) => sum + (kind === "lot" ? used : 0), 0),
    ...(issued === undefined ? {} : { issued }),
    blocks,
    ...(revocation === undefined ? {} : { revokedAt: isoSeconds(revocation.revokedAt) }),
  };
}
