// An authority in its roll-over as the API shows it.
import { isManaged } from "#core/authority/authority.ts";
import { isoSeconds } from "#core/event/outgoing.ts";
import type { RollOver } from "#core/roll-over/read-roll-over.ts";
import type { AuthorityRollOverBody } from "../contract/get-authority.ts";
import { presentAuthority, presentSlots } from "./present-authority.ts";

export function presentRollOver({ authority, isTrusted, seen, changes }: RollOver): AuthorityRollOverBody {
  const { stateChangedAt, rehearsal } = authority;
  return {
    ...presentAuthority(authority),
    ...(isManaged(authority) ? { slots: presentSlots(authority) } : {}),
    trusted: isTrusted,
    ...(stateChangedAt === undefined ? {} : { stateChangedAt: isoSeconds(stateChangedAt) }),
    ...(rehearsal === undefined
      ? {}
      : { rehearsal: { certificate: rehearsal.certificateId, at: isoSeconds(rehearsal.at) } }),
    seen: {
      certificates: seen.certificates,
      ...(seen.ofAll === 0
        ? {}
        : { sharePercent: Math.round((1_000 * seen.certificates) / seen.ofAll) / 10 }),
    },
    changes: changes.map(({ change, against }) => ({
      change,
      against: against.map(({ finding: { code, detail }, mayBeForced }) => ({ code, detail, mayBeForced })),
    })),
  };
}
