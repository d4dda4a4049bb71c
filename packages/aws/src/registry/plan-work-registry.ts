// An applied plan's work: each step's rows and its checkpoint in one transaction, so that no step is done twice or half.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { AuditRecord } from "#core/audit.ts";
import type { Order } from "#core/order/order.ts";
import type { WorkChange, WorkRegistry } from "#core/plan/apply-ports.ts";
import type { Plan } from "#core/plan/plan.ts";
import type { AuthorityChange, PlanWork } from "#core/plan/plan-work.ts";
import type { PlannedSerial } from "#core/plan/selection.ts";
import type { RevokedSerial } from "#core/revocation/revoked-serial.ts";
import { sha256Fields } from "#core/sha256.ts";
import { type RegistryTable, type TransactItem, transact } from "./client.ts";
import { listDueKeys } from "./due.ts";
import { toOrderRow } from "./order-row.ts";
import { toPlanRow } from "./plan-row.ts";
import { fromPlanWorkRow, planWorkDuePk, toPlanWorkRow } from "./plan-work-row.ts";
import { readRows } from "./read-rows.ts";
import { toRevokedSerialRow } from "./revoked-serials.ts";
import { putAudit, putOutbox } from "./side-rows.ts";
import { keys } from "./table.ts";

export type PlanWorkRegistry = Omit<WorkRegistry, "readPlan" | "readSelection" | "listAuthorities">;

export function dynamoPlanWorkRegistry(table: RegistryTable): PlanWorkRegistry {
  return {
    beginWork: (plan, work, audit) => beginWork(table, plan, work, audit),
    readWork: id => readWork(table, id),
    saveWork: (next, change) => saveWork(table, next, change),
    readReported: serials => readReported(table, serials),
  };
}

/** At most 25, the one that is due longest first. The index names them; the rows themselves are read strongly. */
export async function listDuePlanWork(table: RegistryTable, now: Date): Promise<readonly PlanWork[]> {
  const due = (await readRows(table, await listDueKeys(table, planWorkDuePk, now))).map(fromPlanWorkRow);
  return due
    .filter(({ dueAt }) => dueAt !== undefined && dueAt <= now)
    .sort((a, b) => (a.dueAt?.getTime() ?? 0) - (b.dueAt?.getTime() ?? 0));
}

async function beginWork(
  table: RegistryTable,
  plan: Plan,
  work: PlanWork,
  audit: AuditRecord,
): Promise<boolean> {
  const application = { by: work.actor, at: work.at, requestId: work.requestId };
  const applying = { ...plan, state: "applying", application, version: plan.version + 1 } as const;
  const refusal = await transact(table, [
    {
      Put: {
        TableName: table.tableName,
        Item: toPlanRow(applying),
        ConditionExpression: "version = :version",
        ExpressionAttributeValues: { ":version": plan.version },
      },
    },
    {
      Put: {
        TableName: table.tableName,
        Item: toPlanWorkRow(work),
        ConditionExpression: "attribute_not_exists(pk)",
      },
    },
    putAudit(table, audit),
  ]);
  return refusal === undefined;
}

async function readWork(table: RegistryTable, planId: string): Promise<PlanWork | undefined> {
  const { Item } = await table.documents.send(
    new GetCommand({ TableName: table.tableName, Key: keys.planWork(planId), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : fromPlanWorkRow(Item);
}

async function saveWork(
  table: RegistryTable,
  next: PlanWork,
  change: WorkChange,
): Promise<PlanWork | undefined> {
  const { orders = [], serials = [], authority, plan, audits = [], events = [] } = change;
  const saved = { ...next, version: next.version + 1 };
  const at = next.dueAt ?? next.at;
  const outbox = events.map(async event =>
    putOutbox(table, await sha256Fields(next.planId, String(saved.version), event.detailType), at, event),
  );
  const refusal = await transact(table, [
    {
      Put: {
        TableName: table.tableName,
        Item: toPlanWorkRow(saved),
        ConditionExpression: "version = :version",
        ExpressionAttributeValues: { ":version": next.version },
      },
    },
    ...orders.map(order => putOrder(table, order)),
    ...serials.map(serial => putSerial(table, serial)),
    ...(authority === undefined ? [] : [changeAuthority(table, authority)]),
    ...(plan === undefined ? [] : [endPlan(table, next, plan)]),
    ...audits.map(audit => putAudit(table, audit)),
    ...(await Promise.all(outbox)),
  ]);
  return refusal === undefined ? saved : undefined;
}

/** The checkpoint's version stands for all that were written before it: a new order is new. */
function putOrder(table: RegistryTable, order: Order): TransactItem {
  const isLifted = order.state === "lifted";
  return {
    Put: {
      TableName: table.tableName,
      Item: toOrderRow(order),
      ...(isLifted
        ? {
            // One whose page has gone has gone with it: lifting brings nothing back.
            ConditionExpression: "attribute_not_exists(pk) OR #state = :held",
            ExpressionAttributeNames: { "#state": "state" },
            ExpressionAttributeValues: { ":held": "held" },
          }
        : { ConditionExpression: "attribute_not_exists(pk)" }),
    },
  };
}

function putSerial(table: RegistryTable, serial: RevokedSerial): TransactItem {
  return {
    Put: {
      TableName: table.tableName,
      Item: toRevokedSerialRow(serial, serial.revokedAt),
      ConditionExpression: "attribute_not_exists(pk) OR #source = :crl",
      ExpressionAttributeNames: { "#source": "source" },
      ExpressionAttributeValues: { ":crl": "crl" },
    },
  };
}

function changeAuthority(table: RegistryTable, { id, from, to }: AuthorityChange): TransactItem {
  const [field, was, becomes] =
    from.state === to.state
      ? ["notBeforeFloor", from.notBeforeFloor, to.notBeforeFloor]
      : ["state", from.state, to.state];
  return {
    Update: {
      TableName: table.tableName,
      Key: keys.authority(id),
      UpdateExpression: "SET #field = :to, version = version + :one",
      ConditionExpression: "#field = :from",
      ExpressionAttributeNames: { "#field": String(field) },
      ExpressionAttributeValues: { ":from": was, ":to": becomes, ":one": 1 },
    },
  };
}

function endPlan(
  table: RegistryTable,
  { planId }: PlanWork,
  end: NonNullable<WorkChange["plan"]>,
): TransactItem {
  const [name, value] =
    end.state === "applied" ? ["appliedAt", end.at.toISOString()] : ["failedBecause", end.because];
  return {
    Update: {
      TableName: table.tableName,
      Key: keys.plan(planId),
      UpdateExpression: "SET #state = :state, #end = :end, version = version + :one",
      ConditionExpression: "#state = :applying",
      ExpressionAttributeNames: { "#state": "state", "#end": String(name) },
      ExpressionAttributeValues: { ":state": end.state, ":end": value, ":applying": "applying", ":one": 1 },
    },
  };
}

/** Which of these a report has named before; those that only a CA's list has brought are not among them. */
async function readReported(
  table: RegistryTable,
  serials: readonly PlannedSerial[],
): Promise<readonly PlannedSerial[]> {
  const rows = await readRows(
    table,
    serials.map(({ authorityId, serial }) => keys.revokedSerial(authorityId, serial)),
  );
  const reported = new Set(
    rows.filter(({ source }) => source === "report").map(({ pk, sk }) => `${pk} ${sk}`),
  );
  return serials.filter(({ authorityId, serial }) => {
    const { pk, sk } = keys.revokedSerial(authorityId, serial);
    return reported.has(`${pk} ${sk}`);
  });
}
