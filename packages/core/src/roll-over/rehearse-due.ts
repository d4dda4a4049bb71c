// Which of the prepared authorities are to be rehearsed now.
import { type Authority, isManaged, type ManagedAuthority } from "#core/authority/authority.ts";
import type { TrustStoreState } from "#core/trust-store/state.ts";

/** Half of what a rehearsal holds for, so that one that can be activated stays so. */
const anewAfterMs = 12 * 3_600_000;

/** `isAsked`: an operator wants one now, however fresh the last is. */
export function dueForRehearsal(
  authorities: readonly Authority[],
  trustStore: TrustStoreState | undefined,
  now: Date,
  isAsked: boolean,
): readonly ManagedAuthority[] {
  const trusted = trustStore?.live?.authorityIds ?? [];
  return authorities
    .filter(isManaged)
    .filter(({ id, state }) => state === "prepared" && trusted.includes(id))
    .filter(({ rehearsal }) => {
      const age = rehearsal === undefined ? Number.POSITIVE_INFINITY : now.getTime() - rehearsal.at.getTime();
      return isAsked || age >= anewAfterMs;
    });
}
