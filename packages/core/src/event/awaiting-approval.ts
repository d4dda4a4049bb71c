// `Revocation Awaiting Approval`, version 1: a plan is larger than one person, or a rule, decides on. The JSON Schema in
// docs/events/ is generated from this; members may be added, so consumers ignore those that they do not know.
import * as z from "zod";
import { revocationReasons } from "#core/certificate/certificate.ts";
import { type Plan, planActions } from "#core/plan/plan.ts";
import { selectorText } from "#core/plan/selector.ts";
import { isoSeconds, type OutgoingEvent } from "./outgoing.ts";

export const awaitingApprovalSchema = z.object({
  version: z.literal("1"),
  plan: z.string(),
  action: z.enum(planActions),
  /** Such as `lot:<tenant>/<lot>`, `tenant:<tenant>` or `key:<digest>`. */
  certificates: z.string(),
  count: z.int().min(0),
  reason: z.enum(revocationReasons),
  /** Why somebody else has to approve, as sentences. */
  because: z.array(z.string()).min(1),
  author: z.string(),
  ticket: z.string().optional(),
  /** The event that a rule made the plan of. */
  sourceEvent: z.string().optional(),
  /** What the approval names. */
  hash: z.string(),
  expiresAt: z.iso.datetime(),
});

export const awaitingApprovalDetailType = "Revocation Awaiting Approval";

export function revocationAwaitingApproval(plan: Plan): OutgoingEvent {
  const { ticket, sourceEvent } = plan;
  return {
    detailType: awaitingApprovalDetailType,
    detail: {
      version: "1",
      plan: plan.id,
      action: plan.action,
      certificates: selectorText(plan.selector),
      count: plan.counts?.certificates ?? 0,
      reason: plan.reason,
      because: plan.approvalNeeded,
      author: plan.author,
      ...(ticket === undefined ? {} : { ticket }),
      ...(sourceEvent === undefined ? {} : { sourceEvent }),
      hash: plan.hash,
      expiresAt: isoSeconds(plan.expiresAt),
    },
  };
}
