// A table with certificates to plan for, two operators, and an apply that only notes what has got through to it.
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoJobRequests } from "#aws/registry/job-requests.ts";
import { dynamoPlanRegistry } from "#aws/registry/plan-registry.ts";
import { keys } from "#aws/registry/table.ts";
import type { ManagedAuthority } from "#core/authority/authority.ts";
import type { Caller, Scope } from "#core/caller.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import { approvePlan } from "#core/plan/decide-plan.ts";
import { makePlan, type NewPlan } from "#core/plan/make-plan.ts";
import type { Plan, PlanOrder } from "#core/plan/plan.ts";
import { requestApply } from "#core/plan/request-apply.ts";
import { slotFinder } from "#core/plan/selection.ts";
import type { PlanSelector } from "#core/plan/selector.ts";
import { fromNoon, minuteMs } from "#support/fixed-time.ts";
import { aSlot } from "#support/records.ts";
import { putAuthority, rowsOf } from "#support/registry-table.ts";

const operator = (subject: string, ...scopes: readonly Scope[]): Caller => ({
  kind: "operator",
  subject,
  scopes,
});
export const ada = operator("ada", "revocations:plan", "revocations:apply", "revocations:approve");
export const ben = operator("ben", "revocations:approve");
export const acme: PlanSelector = { kind: "tenant", tenant: "acme" };
export const later = fromNoon(minuteMs);

export function anOrder(selector: PlanSelector, parts: Partial<PlanOrder> = {}): PlanOrder {
  return { action: "revoke", selector, lineage: false, reason: "keyCompromise", ...parts };
}

export async function planWorld(table: RegistryTable, authority: Partial<ManagedAuthority> = {}) {
  await putAuthority(table, { nextSlot: 3 * 4096, ...authority });
  return worldOn(table);
}

export type World = ReturnType<typeof worldOn>;

export function worldOn(table: RegistryTable) {
  const plans = dynamoPlanRegistry(table);
  const at = (now: Date) => ({ registry: plans, jobs: dynamoJobRequests(table), now: () => now });
  const applied: Plan[] = [];
  return {
    table,
    plans,
    at,
    applied,
    make: (order: PlanOrder, parts: Partial<NewPlan> = {}, mayGoOn = () => true): Promise<Plan> =>
      makePlan(at(later), { order, author: "operator:ada", requestId: "req-1", ...parts }, mayGoOn),
    apply: (
      plan: Plan,
      parts: Partial<Parameters<typeof requestApply>[1]> = {},
      now = later,
    ): Promise<Plan> =>
      requestApply(
        {
          ...at(now),
          apply: async (checked, actor) => {
            applied.push(checked);
            return { ...checked, state: "applied", application: { by: actor, at: now, requestId: "req-2" } };
          },
        },
        { caller: ada, id: plan.id, hash: plan.hash ?? "", leaveOutNew: false, requestId: "req-2", ...parts },
      ),
    approve: (plan: Plan, caller: Caller, now = later): Promise<Plan> =>
      approvePlan(at(now), { caller, id: plan.id, hash: plan.hash ?? "", requestId: `by-${now.getTime()}` }),
    /** The slots that the plan names. */
    slots: async (plan: Plan, upTo = 3 * 4096): Promise<readonly number[]> => {
      const isNamed = slotFinder(await plans.readSelection(plan.id));
      return Array.from({ length: upTo }, (_, slot) => slot).filter(slot => isNamed("m1", aSlot(slot)));
    },
    audits: async (plan: Plan) =>
      (await rowsOf(table, `AUDIT#${plan.id}`)).map(({ action, actor }) => `${action} ${actor}`),
  };
}

export async function events(table: RegistryTable, detailType: string): Promise<readonly unknown[]> {
  const shards = Array.from({ length: 16 }, (_, shard) => rowsOf(table, `OUTBOX#${shard.toString(16)}`));
  return (await Promise.all(shards))
    .flat()
    .filter(row => row["detailType"] === detailType)
    .map(row => JSON.parse(String(row["detail"])));
}

/** What renews: the links that a renewal leaves. */
export async function link({ table }: World, from: Certificate, to: Certificate): Promise<void> {
  for (const [certificate, name, other] of [
    [from, "renewedBy", to.id],
    [to, "renews", from.id],
  ] as const)
    await table.documents.send(
      new UpdateCommand({
        TableName: table.tableName,
        Key: keys.certificate(certificate.id),
        UpdateExpression: "SET #name = :other",
        ExpressionAttributeNames: { "#name": name },
        ExpressionAttributeValues: { ":other": other },
      }),
    );
}

/** As if somebody else had changed it. */
export async function setState(
  { table }: World,
  { id }: Certificate,
  state: Certificate["state"],
): Promise<void> {
  await table.documents.send(
    new UpdateCommand({
      TableName: table.tableName,
      Key: keys.certificate(id),
      UpdateExpression: "SET #state = :state",
      ExpressionAttributeNames: { "#state": "state" },
      ExpressionAttributeValues: { ":state": state },
    }),
  );
}
