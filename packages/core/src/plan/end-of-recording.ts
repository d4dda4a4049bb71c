// The end of a plan's first step: from here on the registry refuses what the plan names, and the rest is catching up.
import { jobRequested } from "#core/job/request-job.ts";
import type { WorkChange } from "./apply-ports.ts";
import type { PlanWork } from "./plan-work.ts";

/** The next step begins anew with the first part. */
export function recorded(work: PlanWork, at: Date): PlanWork {
  return {
    ...work,
    parts: 0,
    step: work.action === "revoke" ? "follow" : "stand",
    recordedAt: at,
    dueAt: at,
  };
}

/** The plan is applied, and the job that looks at the edge and follows is started with it. */
export function endOfRecording({ actor, requestId }: PlanWork, at: Date): WorkChange {
  return {
    plan: { state: "applied", at },
    events: [jobRequested("advance-plans", { actor, requestId, at })],
  };
}
