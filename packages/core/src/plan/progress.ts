// How far a plan that is applied has come, for those who watch: at the edge, in the registry, at the CA.

import { effectiveAt } from "./confirm.ts";
import type { PlanId } from "./plan.ts";
import type { PlanWork } from "./plan-work.ts";

/** Of the whole plan, as `recorded → published → effective`; `lifting` and `lifted` of what can be taken back. */
export const edgeStates = ["recording", "recorded", "published", "effective", "lifting", "lifted"] as const;
export type EdgeState = (typeof edgeStates)[number];

/** `isComplete` false: there are more. */
export type OwedToCa = { readonly count: number; readonly isComplete: boolean };

export type PlanProgress = {
  readonly edge: EdgeState;
  readonly appliedAt: Date;
  readonly publishedAt?: Date;
  readonly effectiveAt?: Date;
  readonly liftedAt?: Date;
  /** Rows written so far, and the keys of the edge store that they are about. */
  readonly orders: number;
  readonly keys: number;
  /** Of the certificates that the plan counted. Those that were issued meanwhile can make it more. */
  readonly certificates: { readonly total: number; readonly followed: number };
  /** When the last certificate's row had followed. */
  readonly followedAt?: Date;
  /** Followed, and the CA not told yet. */
  readonly owedToCa: OwedToCa;
};

export type ProgressDeps = {
  readonly registry: {
    readonly readWork: (id: PlanId) => Promise<PlanWork | undefined>;
    /** Revoked at this very moment; a few seconds behind. */
    readonly countOwedToCa: (revokedAt: Date) => Promise<OwedToCa>;
  };
  readonly now: () => Date;
};

const nothingOwed: OwedToCa = { count: 0, isComplete: true };

/** Undefined for a plan that is not applied. */
export async function readProgress(deps: ProgressDeps, planId: PlanId): Promise<PlanProgress | undefined> {
  const work = await deps.registry.readWork(planId);
  if (work === undefined) return undefined;
  const { at, publishedAt, liftedAt, followedAt, orders, keys, certificates, followed } = work;
  const effective = effectiveAt(work);
  const isRevoking = work.action === "revoke";
  return {
    edge: edgeStateAt(work, deps.now()),
    appliedAt: at,
    ...(publishedAt === undefined ? {} : { publishedAt }),
    ...(effective === undefined ? {} : { effectiveAt: effective }),
    ...(liftedAt === undefined ? {} : { liftedAt }),
    orders,
    keys,
    certificates: { total: certificates, followed },
    ...(followedAt === undefined ? {} : { followedAt }),
    owedToCa: isRevoking ? await deps.registry.countOwedToCa(at) : nothingOwed,
  };
}

export function edgeStateAt(work: PlanWork, now: Date): EdgeState {
  if (work.liftedAt !== undefined) return "lifted";
  if (work.step === "lift") return "lifting";
  if (work.recordedAt === undefined) return "recording";
  const effective = effectiveAt(work);
  if (effective === undefined) return "recorded";
  return effective <= now ? "effective" : "published";
}
