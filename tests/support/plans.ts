// Counted plans as they stand on disk before they are applied, and the steps that carry them out, on a bare table.
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { dynamoAdvanceRegistry } from "#aws/registry/apply-registry.ts";
import type { RegistryTable } from "#aws/registry/client.ts";
import { toPlanRow } from "#aws/registry/plan-row.ts";
import { writeSelection } from "#aws/registry/plan-selection.ts";
import { listDuePlanWork } from "#aws/registry/plan-work-registry.ts";
import { type AdvanceResult, advancePlan, settlePlan } from "#core/plan/advance-plan.ts";
import { applyPlan } from "#core/plan/apply.ts";
import type { AdvanceDeps } from "#core/plan/apply-ports.ts";
import type { Plan, PlanId } from "#core/plan/plan.ts";
import { type Selection, selectionOf } from "#core/plan/selection.ts";
import { fromNoon, noon } from "./fixed-time.ts";

export const noParts: Selection = { ranges: [], pages: [], serials: [] };
let plans = 0;

/** Ready to be applied: what counting has left behind. */
export async function putPlan(
  table: RegistryTable,
  parts: Partial<Plan>,
  selection: Partial<Selection> = {},
): Promise<Plan> {
  plans += 1;
  const plan: Plan = {
    id: `pln_${plans.toString(16).padStart(24, "0")}` as PlanId, // Ids are digests, which a test makes up.
    version: 1,
    action: "revoke",
    selector: { kind: "tenant", tenant: "acme" },
    lineage: false,
    reason: "keyCompromise",
    requestSha256: "00".repeat(32),
    author: "operator:ada",
    createdAt: noon,
    expiresAt: fromNoon(86_400_000),
    state: "ready",
    hash: "ab".repeat(32),
    approvalNeeded: [],
    ...parts,
  };
  await table.documents.send(new PutCommand({ TableName: table.tableName, Item: toPlanRow(plan) }));
  await writeSelection(table, plan, selectionOf({ ...noParts, ...selection }));
  return plan;
}

export type PlanStep = {
  readonly table: RegistryTable;
  readonly store: AdvanceDeps["store"];
  readonly now: Date;
};

export function apply({ table, now }: Pick<PlanStep, "table" | "now">, plan: Plan): Promise<Plan> {
  const deps = { registry: dynamoAdvanceRegistry(table), now: () => now };
  return applyPlan(deps, plan, "operator:ben", "request-apply");
}

/** One run of the job at `now`. */
export async function advance(
  { table, store, now }: PlanStep,
  certificates = 20_000,
): Promise<readonly AdvanceResult[]> {
  const deps = { registry: dynamoAdvanceRegistry(table), store, wait: async () => undefined, now: () => now };
  const run = { certificates, mayGoOn: () => true, requestId: `run-${now.getTime()}` };
  const results: AdvanceResult[] = [];
  for (const work of await listDuePlanWork(table, new Date(now.getTime() + 1)))
    results.push(await advancePlan(deps, await settlePlan(deps, work, run), run));
  return results;
}
