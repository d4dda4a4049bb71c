// Plans on disk: a head that changes only from the version that was read, and beside it what the plan names.
import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { AuditRecord } from "#core/audit.ts";
import { assert } from "#core/error.ts";
import { isCounting, type Plan } from "#core/plan/plan.ts";
import type { PlanChange, PlanList, PlanReader, PlanRegistry } from "#core/plan/ports.ts";
import { listAuthorities } from "./authority-registry.ts";
import { type RegistryTable, transact } from "./client.ts";
import { listDueKeys } from "./due.ts";
import { dynamoListingRegistry } from "./list-certificates.ts";
import { readLot } from "./lot-registry.ts";
import { countingDuePk, fromPlanRow, plansPk, removedAtSeconds, toPlanRow } from "./plan-row.ts";
import { readDrafts, readSelection, saveDraft, writeSelection } from "./plan-selection.ts";
import { findByHolder, findBySha256, findCertificatesByKey, readCertificates } from "./read-certificate.ts";
import { readRows } from "./read-rows.ts";
import type { Row } from "./rows.ts";
import { putAudit, putOutbox } from "./side-rows.ts";
import { type Key, keys } from "./table.ts";

export function dynamoPlanReader(table: RegistryTable): PlanReader {
  return {
    readPlan: id => readPlan(table, id),
    savePlan: (next, change) => savePlan(table, next, change),
    readSelection: id => readSelection(table, id),
    recordRefused: async audit => {
      // Refused by itself: the same refusal of the same request is recorded.
      await transact(table, [putAudit(table, audit)]);
    },
    listPlans: (limit, after) => listPlans(table, limit, after),
  };
}

export function dynamoPlanRegistry(table: RegistryTable): PlanRegistry & PlanReader {
  return {
    ...dynamoPlanReader(table),
    ...dynamoListingRegistry(table),
    findBySerial: async (serial, authorityId) => {
      const ids =
        authorityId === undefined ? (await listAuthorities(table)).map(({ id }) => id) : [authorityId];
      return readCertificates(
        table,
        ids.map(id => `${id}-${serial}`),
      );
    },
    findBySha256: sha256 => findBySha256(table, sha256),
    findByHolder: (tenant, holder) => findByHolder(table, tenant, holder),
    findByKey: spkiSha256 => findCertificatesByKey(table, spkiSha256),
    readLot: (tenant, lot) => readLot(table, tenant, lot),
    insertPlan: (plan, audit) => insertPlan(table, plan, audit),
    saveDraft: (plan, run, found) => saveDraft(table, plan, run, found),
    readDrafts: id => readDrafts(table, id),
    writeSelection: (plan, selection) => writeSelection(table, plan, selection, removedAtSeconds(plan)),
    keepSelection: (plan, selection) => writeSelection(table, plan, selection),
    listCounting: async now => {
      const due = await listDueKeys(table, countingDuePk, now);
      return (await readPlans(table, due)).filter(isCounting);
    },
  };
}

export async function readPlan(table: RegistryTable, id: string): Promise<Plan | undefined> {
  const { Item } = await table.documents.send(
    new GetCommand({ TableName: table.tableName, Key: keys.plan(id), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : fromPlanRow(Item);
}

async function insertPlan(table: RegistryTable, plan: Plan, audit: AuditRecord): Promise<Plan | undefined> {
  const refusal = await transact(table, [
    {
      Put: {
        TableName: table.tableName,
        Item: toPlanRow(plan),
        ConditionExpression: "attribute_not_exists(pk)",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    },
    putAudit(table, audit),
  ]);
  if (refusal === undefined) return undefined;
  const [standing] = refusal;
  assert(standing !== undefined && standing !== "absent", "only a plan of the same id stands in the way");
  return fromPlanRow(standing);
}

async function savePlan(
  table: RegistryTable,
  next: Plan,
  { audit, event }: PlanChange,
): Promise<Plan | undefined> {
  const saved = { ...next, version: next.version + 1 };
  const refusal = await transact(table, [
    {
      Put: {
        TableName: table.tableName,
        Item: toPlanRow(saved),
        ConditionExpression: "version = :version",
        ExpressionAttributeValues: { ":version": next.version },
      },
    },
    ...(audit === undefined ? [] : [putAudit(table, audit)]),
    // The id's own digits are random or a digest's: they spread the outbox.
    ...(event === undefined || audit === undefined
      ? []
      : [putOutbox(table, next.id.slice("pln_".length), audit.at, event)]),
  ]);
  return refusal === undefined ? saved : undefined;
}

async function listPlans(table: RegistryTable, limit: number, after: string | undefined): Promise<PlanList> {
  const { Items = [] } = await table.documents.send(
    new QueryCommand({
      TableName: table.tableName,
      IndexName: "byTenant",
      KeyConditionExpression: "tenantPk = :pk AND tenantSk < :before",
      // "~" sorts after every time.
      ExpressionAttributeValues: { ":pk": plansPk, ":before": after ?? "~" },
      ScanIndexForward: false,
      // One more than is wanted tells whether there is more.
      Limit: limit + 1,
    }),
  );
  const shown = Items.slice(0, limit);
  const next = Items.length > limit ? String(shown.at(-1)?.["tenantSk"]) : undefined;
  const plans = await readPlans(table, shown.map(keyOf));
  return { plans: [...plans].sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime()), next };
}

/** Strongly consistent; order is not kept. */
async function readPlans(table: RegistryTable, of: readonly Key[]): Promise<readonly Plan[]> {
  return (await readRows(table, of)).map(fromPlanRow);
}

function keyOf({ pk, sk }: Row): Key {
  return { pk: String(pk), sk: String(sk) };
}
