// `Revocation Effective`, version 1: what a plan refuses is refused at every edge location. The JSON Schema in docs/events/
// is generated from this; members may be added, so consumers ignore those that they do not know.
import * as z from "zod";
import { revocationReasons } from "#core/certificate/certificate.ts";
import { planActions } from "#core/plan/plan.ts";
import type { PlanWork } from "#core/plan/plan-work.ts";
import { isoSeconds, type OutgoingEvent } from "./outgoing.ts";

const time = z.iso.datetime();

export const revocationEffectiveSchema = z.object({
  version: z.literal("1"),
  plan: z.string(),
  action: z.enum(planActions),
  reason: z.enum(revocationReasons),
  actor: z.string(),
  /** Counted when the plan was made. */
  certificates: z.int().min(0),
  appliedAt: time,
  /** When the edge store was seen to hold it. */
  publishedAt: time,
  /** When every edge location is taken to have it. */
  effectiveAt: time,
});

export const revocationEffectiveDetailType = "Revocation Effective";

export function revocationEffective(work: PlanWork, at: Date): OutgoingEvent {
  return {
    detailType: revocationEffectiveDetailType,
    detail: {
      version: "1",
      plan: work.planId,
      action: work.action,
      reason: work.reason,
      actor: work.actor,
      certificates: work.certificates,
      appliedAt: isoSeconds(work.at),
      publishedAt: isoSeconds(work.publishedAt ?? at),
      effectiveAt: isoSeconds(at),
    } satisfies z.infer<typeof revocationEffectiveSchema>,
  };
}
