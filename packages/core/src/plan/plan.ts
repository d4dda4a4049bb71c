// A revocation plan: what an order would refuse, counted and explained before anything happens. Only what was counted
// is applied, under the hash that its author and its approver have seen.
import type { RevocationReason } from "#core/certificate/certificate.ts";
import type { WalkPlace } from "#core/rotation/waves/rotation.ts";
import type { PlanCounts, Tally } from "./counts.ts";
import type { PlanSelector } from "./selector.ts";

/** `distrust` and `floor` are about a whole authority, and one write of its row. */
export const planActions = ["revoke", "hold", "distrust", "floor"] as const;
export type PlanAction = (typeof planActions)[number];

export const planStates = [
  "counting",
  "ready",
  "awaiting_approval",
  "approved",
  "applying",
  "applied",
  "expired",
  "cancelled",
  "failed",
] as const;
export type PlanState = (typeof planStates)[number];

/** `pln_` and 24 hex digits. */
export type PlanId = string & { readonly __brand: "PlanId" };

/** How long a plan may be applied after it was made. */
export const planLifeMs = 24 * 3_600_000;

/** How far the count of a plan has come. */
export type Counting = {
  readonly tally: Tally;
  /** Where the walk goes on; undefined before its first step. */
  readonly place: WalkPlace | undefined;
  /** When the job takes it up: whoever is at it now is done or dead by then. */
  readonly dueAt: Date;
};

/** Who did a step, and on which request. */
export type PlanStep = { readonly by: string; readonly at: Date; readonly requestId: string };

/** What is asked for. */
export type PlanOrder = {
  readonly action: PlanAction;
  readonly selector: PlanSelector;
  /** The successors of what is selected go too. */
  readonly lineage: boolean;
  readonly reason: RevocationReason;
  readonly note?: string;
  /** The ticket of the incident, in the operator's own system. */
  readonly ticket?: string;
  /** Of a hold: when it ends by itself. */
  readonly until?: Date;
  /** Of a floor: certificates from before this moment are refused. */
  readonly floorAt?: Date;
  /** The event that a rule made the plan of, as `<source>:<id>`. */
  readonly sourceEvent?: string;
};

export type Plan = PlanOrder & {
  readonly id: PlanId;
  readonly version: number;
  /** Of what was asked for: a repeated request is known by it. */
  readonly requestSha256: string;
  /** `<kind>:<id>`, as audit records carry it. */
  readonly author: string;
  readonly createdAt: Date;
  /** From then on it cannot be applied. Nobody writes that down: see `planStateAt`. */
  readonly expiresAt: Date;
  readonly state: PlanState;
  /** There while it is counted. */
  readonly counting?: Counting;
  /** SHA-256 of what is done to what: set once it is counted. */
  readonly hash?: string;
  readonly counts?: PlanCounts;
  /** Why another than the author has to approve; empty: nobody has to. */
  readonly approvalNeeded: readonly string[];
  readonly approval?: PlanStep;
  readonly application?: PlanStep;
  /** When all of it was ordered. */
  readonly appliedAt?: Date;
  readonly cancellation?: PlanStep;
  /** Of one that failed. */
  readonly failedBecause?: string;
};

export type CountingPlan = Plan & { readonly counting: Counting };

export function isCounting(plan: Plan): plan is CountingPlan {
  return plan.state === "counting" && plan.counting !== undefined;
}

/** From → to. What is applied stays so; a plan is undone by other means, or not at all. */
export const planTransitions = {
  counting: ["ready", "awaiting_approval", "cancelled", "expired"],
  ready: ["applying", "cancelled", "expired"],
  awaiting_approval: ["approved", "cancelled", "expired"],
  approved: ["applying", "cancelled", "expired"],
  applying: ["applied", "failed"],
  applied: [],
  expired: [],
  cancelled: [],
  failed: [],
} as const satisfies Record<PlanState, readonly PlanState[]>;

export function newPlanId(): PlanId {
  return planIdOf(crypto.randomUUID().replaceAll("-", ""));
}

/** `hex`: 24 digits or more. */
export function planIdOf(hex: string): PlanId {
  return `pln_${hex.slice(0, 24)}` as PlanId; // The brand's source.
}

export function mayBecome(from: PlanState, to: PlanState): boolean {
  return (planTransitions[from] as readonly PlanState[]).includes(to);
}

/** As it is at `now`: a plan expires without anybody's doing. One that is being applied does not. */
export function planStateAt({ state, expiresAt }: Pick<Plan, "state" | "expiresAt">, now: Date): PlanState {
  return mayBecome(state, "expired") && now >= expiresAt ? "expired" : state;
}
