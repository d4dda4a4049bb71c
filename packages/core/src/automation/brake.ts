// The brake (invariant I10): how many certificates one rule has refused of one tenant, minute by minute, and whether
// some more fit. It looks back over any 60 minutes, so that nobody gets twice the cap around a full hour.
import type { Brake } from "./rule.ts";

/** Whose certificates are counted together; an authority's, where nothing tells their tenant. */
export type BrakeScope =
  | { readonly kind: "tenant"; readonly tenant: string }
  | { readonly kind: "authority"; readonly authorityId: string }
  | { readonly kind: "all" }
  /** Not certificates: the plans that a rule leaves to people. */
  | { readonly kind: "plans" };

export type BrakeState = {
  readonly ruleId: string;
  readonly scope: BrakeScope;
  /** Certificates by the minute since 1970 in which they were refused. */
  readonly minutes: Readonly<Record<string, number>>;
  /** How many certificates the tenant had, as far as that matters, and when they were counted. */
  readonly live?: { readonly count: number; readonly at: Date };
  /** 0: there is no row yet. */
  readonly version: number;
};

/** One claim on the brake, with what it may come to. */
export type Draw = { readonly state: BrakeState; readonly wanted: number; readonly cap: number };

const windowMinutes = 60;
export const windowMs = windowMinutes * 60_000;

/** Whether `wanted` more fit under the cap of any 60 minutes that end now. */
export function fits({ state, wanted, cap }: Draw, now: Date): boolean {
  return wanted === 0 || usedOf(state, now) + wanted <= cap;
}

/** Within the last 60 minutes. The minute that began 60 minutes ago still counts whole: rather too many than too few. */
export function usedOf(state: BrakeState, now: Date): number {
  const oldest = minuteOf(now) - windowMinutes;
  return Object.entries(state.minutes)
    .filter(([minute]) => Number(minute) >= oldest)
    .reduce((sum, [, count]) => sum + count, 0);
}

/** The state once the draw has been made; minutes that no longer count are dropped. */
export function drawn({ state, wanted }: Draw, now: Date): BrakeState {
  const minute = minuteOf(now);
  const kept = Object.entries(state.minutes).filter(([each]) => Number(each) >= minute - windowMinutes);
  const minutes = Object.fromEntries(kept);
  return {
    ...state,
    minutes: { ...minutes, [minute]: (minutes[minute] ?? 0) + wanted },
    version: state.version + 1,
  };
}

/** `live`: the tenant's certificates, no further counted than `liveThatMatter`; undefined where there is no tenant. */
export function capOf(brake: Brake, scope: BrakeScope, live: number | undefined): number {
  if (scope.kind === "all") return brake.acrossTenants;
  if (brake.percent === undefined || live === undefined) return brake.certificates;
  const share = Math.max(brake.atLeast, Math.floor((live * brake.percent) / 100));
  return Math.min(brake.certificates, share);
}

/** Of a tenant with more certificates than this, the share is no longer the smaller of the two. */
export function liveThatMatter({ certificates, percent }: Brake): number {
  return percent === undefined ? 0 : Math.ceil((certificates * 100) / percent);
}

export function scopeText(scope: BrakeScope): string {
  switch (scope.kind) {
    case "tenant":
      return `tenant:${scope.tenant}`;
    case "authority":
      return `authority:${scope.authorityId}`;
    case "all":
    case "plans":
      return scope.kind;
  }
}

function minuteOf(now: Date): number {
  return Math.floor(now.getTime() / 60_000);
}
