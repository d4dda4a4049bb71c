// Revocation plans as the API shows them.
import { isoSeconds } from "#core/event/outgoing.ts";
import { type Plan, type PlanStep, planStateAt } from "#core/plan/plan.ts";
import type { PlanProgress } from "#core/plan/progress.ts";
import type { PlanBody, PlanProgressBody } from "../contract/plan.ts";
import { presentSelector } from "./plan-selector.ts";

export function presentPlan(plan: Plan, now: Date, progress?: PlanProgress): PlanBody {
  const { counting, hash, counts, approval, application, cancellation, failedBecause } = plan;
  return {
    id: plan.id,
    state: planStateAt(plan, now),
    action: plan.action,
    certificates: presentSelector(plan.selector),
    lineage: plan.lineage,
    reason: plan.reason,
    ...textsOf(plan),
    ...timesOf(plan),
    author: plan.author,
    createdAt: isoSeconds(plan.createdAt),
    expiresAt: isoSeconds(plan.expiresAt),
    ...(counting === undefined ? {} : { counted: counting.tally.selected }),
    ...(counts === undefined ? {} : { counts }),
    ...(hash === undefined ? {} : { hash }),
    approvalNeeded: [...plan.approvalNeeded],
    ...(approval === undefined ? {} : { approval: presentStep(approval) }),
    ...(application === undefined ? {} : { application: presentStep(application) }),
    ...(cancellation === undefined ? {} : { cancellation: presentStep(cancellation) }),
    ...(failedBecause === undefined ? {} : { failedBecause }),
    ...(progress === undefined ? {} : { progress: presentProgress(progress) }),
  };
}

function textsOf({ note, ticket, sourceEvent }: Plan) {
  return {
    ...(note === undefined ? {} : { note }),
    ...(ticket === undefined ? {} : { ticket }),
    ...(sourceEvent === undefined ? {} : { sourceEvent }),
  };
}

function timesOf({ until, floorAt, appliedAt }: Plan) {
  return {
    ...(until === undefined ? {} : { until: isoSeconds(until) }),
    ...(floorAt === undefined ? {} : { floorAt: isoSeconds(floorAt) }),
    ...(appliedAt === undefined ? {} : { appliedAt: isoSeconds(appliedAt) }),
  };
}

function presentStep({ by, at, requestId }: PlanStep) {
  return { by, at: isoSeconds(at), requestId };
}

function presentProgress(progress: PlanProgress): PlanProgressBody {
  const { publishedAt, effectiveAt, liftedAt, followedAt, certificates, owedToCa } = progress;
  return {
    edge: progress.edge,
    appliedAt: isoSeconds(progress.appliedAt),
    ...(publishedAt === undefined ? {} : { publishedAt: isoSeconds(publishedAt) }),
    ...(effectiveAt === undefined ? {} : { effectiveAt: isoSeconds(effectiveAt) }),
    ...(liftedAt === undefined ? {} : { liftedAt: isoSeconds(liftedAt) }),
    orders: progress.orders,
    keys: progress.keys,
    certificates: certificates.total,
    followed: certificates.followed,
    ...(followedAt === undefined ? {} : { followedAt: isoSeconds(followedAt) }),
    owedToCa: owedToCa.count,
    owedToCaIsComplete: owedToCa.isComplete,
  };
}
