// The state machine of a roll-over: which change leads from which state, one step forward or back at a time. `distrusted`
// is reached by a plan that somebody else approves, not from here.
import type { AuthorityState } from "#core/authority/authority.ts";

export const authorityChanges = ["prepare", "activate", "drain", "retire"] as const;
export type AuthorityChange = (typeof authorityChanges)[number];

export const targets = {
  prepare: "prepared",
  activate: "active",
  drain: "draining",
  retire: "retired",
} as const satisfies Record<AuthorityChange, AuthorityState>;

/** Forward first; the last of each is the step back. What is prepared and not wanted after all may be retired at once. */
const origins = {
  prepare: ["active"],
  activate: ["prepared", "draining"],
  drain: ["active", "retired"],
  retire: ["draining", "prepared"],
} as const satisfies Record<AuthorityChange, readonly AuthorityState[]>;

export function leadsFrom(change: AuthorityChange, state: AuthorityState): boolean {
  return (origins[change] as readonly AuthorityState[]).includes(state);
}
