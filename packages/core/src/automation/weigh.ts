// How many certificates a decision would refuse, by whose they are: what the brake counts.
import type { Lot } from "#core/authority/lot.ts";
import type { CertificateState } from "#core/certificate/certificate.ts";
import { type BrakeScope, scopeText } from "./brake.ts";
import type { HandledOrder } from "./handled-finding.ts";
import type { Targets } from "./select-targets.ts";

export type Weight = { readonly scope: BrakeScope; readonly wanted: number };

type Action = HandledOrder["action"];

const changes = {
  revoke: { active: true, held: true, superseded: true, expired: true, revoked: false },
  hold: { active: true, held: false, superseded: true, expired: false, revoked: false },
} as const satisfies Record<Action, Record<CertificateState, boolean>>;

/** Each scope once, only those with something to refuse; the last one is all tenants together. */
export function weigh(targets: Targets, action: Action): readonly Weight[] {
  const weights = new Map<string, Weight>();
  const add = (scope: BrakeScope, wanted: number): void => {
    const key = scopeText(scope);
    if (wanted > 0) weights.set(key, { scope, wanted: (weights.get(key)?.wanted ?? 0) + wanted });
  };
  for (const { tenant, state } of targets.certificates) {
    add({ kind: "tenant", tenant }, changes[action][state] ? 1 : 0);
  }
  for (const lot of targets.lots) add({ kind: "tenant", tenant: lot.tenant }, sizeOf(lot));
  for (const { authorityId } of targets.serials) add({ kind: "authority", authorityId }, 1);
  const sum = [...weights.values()].reduce((total, { wanted }) => total + wanted, 0);
  // A key that nobody has yet is nobody's: it counts among all tenants, so that blocking keys has an end as well.
  add({ kind: "all" }, sum + targets.keys.length);
  return [...weights.values()];
}

/**
 * Slots are handed out 64 at a time, so a lot weighs at least what it has. A lot without any weighs 1: ending it refuses
 * what would have come.
 */
function sizeOf({ blocks, revocation }: Lot): number {
  if (revocation !== undefined) return 0;
  const handedOut = blocks.reduce((sum, { first, size, next }) => sum + Math.min(next - first, size), 0);
  return Math.max(1, handedOut);
}
