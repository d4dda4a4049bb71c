// Where an authority stands in its roll-over, and what stands against each change from there: a change tried out, with
// nothing written.
import type { Authority } from "#core/authority/authority.ts";
import { type ChangeStateDeps, gather } from "./change-state.ts";
import { type AuthorityChange, authorityChanges, leadsFrom } from "./changes.ts";
import { type Interlock, interlocks } from "./interlocks.ts";

export type RollOver = {
  readonly authority: Authority;
  readonly isTrusted: boolean;
  /** Certificates that the connection log has shown for the first time in a day, today and yesterday. */
  readonly seen: { readonly certificates: number; readonly ofAll: number };
  readonly changes: readonly { readonly change: AuthorityChange; readonly against: readonly Interlock[] }[];
};

/** Undefined when there is no such authority. */
export async function readRollOver(
  deps: Pick<ChangeStateDeps, "registry" | "now">,
  id: string,
): Promise<RollOver | undefined> {
  const authorities = await deps.registry.listAuthorities();
  const authority = authorities.find(candidate => candidate.id === id);
  if (authority === undefined) return undefined;
  const possible = authorityChanges.filter(change => leadsFrom(change, authority.state));
  const [trustStore, seen, ...changes] = await Promise.all([
    deps.registry.readTrustStore(),
    deps.registry.readSeen(daysBefore(deps.now())),
    ...possible.map(async change => {
      const facts = await gather(deps, authority, change, authorities);
      return { change, against: interlocks(authority, change, facts) };
    }),
  ]);
  return {
    authority,
    isTrusted: trustStore?.live?.authorityIds.includes(id) === true,
    seen: {
      certificates: seen.get(id) ?? 0,
      ofAll: [...seen.values()].reduce((sum, count) => sum + count, 0),
    },
    changes,
  };
}

/** Today and yesterday, in UTC: any 24 hours lie within them. */
function daysBefore(now: Date): readonly string[] {
  return [now, new Date(now.getTime() - 86_400_000)].map(date => date.toISOString().slice(0, 10));
}
