// What an applied plan still has to do ⇄ its row.
import * as z from "zod";
import { authorityStates } from "#core/authority/authority.ts";
import { revocationReasons } from "#core/certificate/certificate.ts";
import { type PlanId, planActions } from "#core/plan/plan.ts";
import { type PlanWork, workSteps } from "#core/plan/plan-work.ts";
import type { Row } from "./rows.ts";
import { keys } from "./table.ts";

/** Applied plans that are not done with are few: one partition of the due index holds them. */
export const planWorkDuePk = "PLAN-WORK";

const date = z.iso.datetime().transform(text => new Date(text));
const standing = z.object({ state: z.enum(authorityStates), notBeforeFloor: z.number() });

const workRow = z.object({
  // The brand is restored, not invented: a plan's id was written.
  planId: z.string().transform(text => text as PlanId),
  action: z.enum(planActions),
  reason: z.enum(revocationReasons),
  note: z.string().optional(),
  actor: z.string(),
  requestId: z.string(),
  at: date,
  until: date.optional(),
  step: z.enum(workSteps),
  parts: z.number(),
  page: z.number().optional(),
  orders: z.number(),
  keys: z.number(),
  certificates: z.number(),
  followed: z.number(),
  recordedAt: date.optional(),
  publishedAt: date.optional(),
  effectiveAt: date.optional(),
  quietAt: date.optional(),
  followedAt: date.optional(),
  liftedAt: date.optional(),
  authority: z.object({ id: z.string(), from: standing, to: standing }).optional(),
  dueAt: date.optional(),
  version: z.number(),
});

export function toPlanWorkRow(work: PlanWork): Row {
  const { planId, dueAt } = work;
  const times = Object.entries(work).map(([name, value]) => [
    name,
    value instanceof Date ? value.toISOString() : value,
  ]);
  return {
    ...keys.planWork(planId),
    type: "planWork",
    ...Object.fromEntries(times),
    ...(dueAt === undefined ? {} : { duePk: planWorkDuePk, dueSk: `${dueAt.toISOString()}#${planId}` }),
  };
}

export function fromPlanWorkRow(row: Row): PlanWork {
  const { dueAt, ...work } = workRow.parse(row);
  const present = Object.entries(work).filter(([, value]) => value !== undefined);
  // The same members without those that are absent, which `Object.fromEntries` cannot say.
  return { ...(Object.fromEntries(present) as Omit<PlanWork, "dueAt">), dueAt };
}
