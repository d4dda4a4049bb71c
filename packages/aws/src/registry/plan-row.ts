// A plan ⇄ its row.
import * as z from "zod";
import { certificateStates, revocationReasons } from "#core/certificate/certificate.ts";
import type { Tally } from "#core/plan/counts.ts";
import { type Plan, type PlanId, planActions, planStates } from "#core/plan/plan.ts";
import type { PlanSelector } from "#core/plan/selector.ts";
import type { Serial } from "#core/serial.ts";
import type { Row } from "./rows.ts";
import { keys } from "./table.ts";

/** Where the index of what is due has the plans that are being counted. */
export const countingDuePk = "PLAN-COUNTING";
/** Where the index by tenant has all plans, by the time they were made. No tenant's partition is called so. */
export const plansPk = "PLANS";

/** What was never applied DynamoDB removes itself, long after anybody would ask for it. */
const keptAfterExpirySeconds = 30 * 86_400;

export function removedAtSeconds({ expiresAt }: Pick<Plan, "expiresAt">): number {
  return Math.ceil(expiresAt.getTime() / 1_000) + keptAfterExpirySeconds;
}

const date = z.iso.datetime().transform(text => new Date(text));
const text = z.string();
const count = z.number();

const tenantScope = z.object({ kind: z.literal("tenant"), tenant: text });
const authorityScope = z.object({ kind: z.literal("authority"), authorityId: text });

// The brands are restored, not invented: only their sources' values were ever written.
const selectorSchema: z.ZodType<PlanSelector> = z.discriminatedUnion("kind", [
  z
    .object({
      kind: z.literal("certificate"),
      serial: text.transform(value => value as Serial),
      authorityId: text.optional(),
    })
    .transform(({ authorityId, ...rest }) => ({
      ...rest,
      ...(authorityId === undefined ? {} : { authorityId }),
    })),
  z.object({ kind: z.literal("sha256"), sha256: text }),
  z.object({ kind: z.literal("holder"), tenant: text, holder: text }),
  z.object({ kind: z.literal("lots"), tenant: text, lots: z.array(text) }),
  tenantScope,
  authorityScope,
  z.object({ kind: z.literal("key"), spkiSha256: text }),
  z.object({
    kind: z.literal("issued"),
    from: date,
    to: date,
    scope: z.discriminatedUnion("kind", [tenantScope, authorityScope]),
  }),
  z.object({
    kind: z.literal("query"),
    filter: z.object({
      tenant: text.optional(),
      holder: text.optional(),
      lot: text.optional(),
      authorityId: text.optional(),
      state: z.enum(certificateStates).optional(),
      expiresBefore: date.optional(),
    }),
  }),
]);

const byState = z.object({ active: count, held: count, superseded: count, revoked: count, expired: count });

const tallySchema = z.object({
  byState,
  selected: count,
  examined: count,
  seenLastDay: count,
  holdersLeftWithNone: count,
  rowsRead: count,
  tenants: z.record(text, count).transform(names => new Map(Object.entries(names))),
  lots: z.array(text).transform(names => new Set(names)),
});

const countsSchema = z.object({
  certificates: count,
  byState,
  tenants: count,
  lots: count,
  successors: count,
  seenLastDay: count,
  holdersLeftWithNone: count,
  examined: count,
  rowsRead: count,
  pages: count,
  serials: count,
  storeBytes: count,
  storeCalls: count,
  caSeconds: count,
});

const stepSchema = z.object({ by: text, at: date, requestId: text });

const planRow = z.object({
  id: text.transform(value => value as PlanId),
  version: count,
  action: z.enum(planActions),
  selector: selectorSchema,
  lineage: z.boolean(),
  reason: z.enum(revocationReasons),
  note: text.optional(),
  ticket: text.optional(),
  until: date.optional(),
  floorAt: date.optional(),
  sourceEvent: text.optional(),
  requestSha256: text,
  author: text,
  createdAt: date,
  expiresAt: date,
  state: z.enum(planStates),
  counting: z
    .object({
      tally: tallySchema,
      dueAt: date,
      place: z.object({ segment: text, after: text.optional() }).optional(),
    })
    .optional(),
  hash: text.optional(),
  counts: countsSchema.optional(),
  approvalNeeded: z.array(text),
  approval: stepSchema.optional(),
  application: stepSchema.optional(),
  appliedAt: date.optional(),
  cancellation: stepSchema.optional(),
  failedBecause: text.optional(),
});

/** A plan that nobody applies goes by itself. */
const unapplied = ["counting", "ready", "awaiting_approval", "approved", "expired", "cancelled"] as const;

export function toPlanRow(plan: Plan): Row {
  const { id, createdAt, counting } = plan;
  const isUnapplied = (unapplied as readonly Plan["state"][]).includes(plan.state);
  const dates: Row = withTimes(plan);
  return {
    ...keys.plan(id),
    type: "plan",
    ...dates,
    tenantPk: plansPk,
    tenantSk: `${createdAt.toISOString()}#${id}`,
    ...(counting === undefined
      ? {}
      : {
          counting: { ...withTimes(counting), tally: toTallyAttribute(counting.tally) },
          duePk: countingDuePk,
          dueSk: `${counting.dueAt.toISOString()}#${id}`,
        }),
    ...(isUnapplied ? { expiresAtSeconds: removedAtSeconds(plan) } : {}),
  };
}

function toTallyAttribute({ tenants, lots, ...rest }: Tally): Row {
  return { ...rest, tenants: Object.fromEntries(tenants), lots: [...lots] };
}

/** Every date in it as text, at any depth. */
function withTimes(value: Readonly<Record<string, unknown>>): Row {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      if (member === undefined) return [];
      if (member instanceof Date) return [[name, member.toISOString()]];
      const isPlain = typeof member === "object" && member !== null && member.constructor === Object;
      // A plain object's members are named by texts, which `typeof` does not say.
      return [[name, isPlain ? withTimes(member as Record<string, unknown>) : member]];
    }),
  );
}

export function fromPlanRow(row: Row): Plan {
  const { counting, ...plan } = planRow.parse(row);
  return {
    ...present(plan),
    ...(counting === undefined
      ? {}
      : {
          counting: {
            ...counting,
            place: counting.place === undefined ? undefined : present(counting.place),
          },
        }),
  };
}

type Present<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Without the members that are undefined: zod names optional ones that are absent, and a plan does not. */
function present<T extends object>(value: T): Present<T> {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  // `Object.fromEntries` forgets the names that it is given.
  return Object.fromEntries(entries) as Present<T>;
}
