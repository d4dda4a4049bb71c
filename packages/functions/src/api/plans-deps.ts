// What the routes of revocation plans take.
import type { LiftDeps } from "#core/plan/lift-plan.ts";
import type { PlanId } from "#core/plan/plan.ts";
import type { PlanDeps, PlanReader } from "#core/plan/ports.ts";
import type { PlanProgress } from "#core/plan/progress.ts";
import type { RequestApplyDeps } from "#core/plan/request-apply.ts";
import type { AuthenticateDeps } from "../http/authenticate.ts";

export type MakePlanDeps = AuthenticateDeps & PlanDeps;

export type ReadPlansDeps = AuthenticateDeps & {
  readonly registry: PlanReader;
  readonly readProgress: (id: PlanId) => Promise<PlanProgress | undefined>;
  readonly now: () => Date;
};

export type LiftPlanDeps = AuthenticateDeps & LiftDeps & Pick<ReadPlansDeps, "readProgress">;

export type ApplyPlanDeps = AuthenticateDeps & RequestApplyDeps;
