// Handled findings and the brakes of the rules: settled together, or not at all.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { AuditRecord } from "#core/audit.ts";
import { type BrakeScope, type BrakeState, scopeText } from "#core/automation/brake.ts";
import type { HandledFinding } from "#core/automation/handled-finding.ts";
import type { FindingRegistry } from "#core/automation/ports.ts";
import { monthsDownFrom } from "#core/listing/segments.ts";
import { type RegistryTable, type TransactItem, transact } from "./client.ts";
import { fromBrakeRow, fromFindingRow, toBrakeRow, toFindingRow } from "./finding-row.ts";
import { readRows } from "./read-rows.ts";
import { putAudit } from "./side-rows.ts";
import { keys, tenantMonth } from "./table.ts";

export function dynamoFindingRegistry(table: RegistryTable): FindingRegistry {
  return {
    readHandled: id => readHandled(table, id),
    readBrakes: (ruleId, scopes) => readBrakes(table, ruleId, scopes),
    recordHandled: (finding, brakes, audit) => recordHandled(table, finding, brakes, audit),
    recordCarriedOut: finding => recordCarriedOut(table, finding.id),
    countLive: (tenant, atMost, now) => countLive(table, tenant, atMost, now),
  };
}

async function readHandled(table: RegistryTable, id: string): Promise<HandledFinding | undefined> {
  const { Item } = await table.documents.send(
    new GetCommand({ TableName: table.tableName, Key: keys.finding(id), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : fromFindingRow(Item);
}

async function readBrakes(
  table: RegistryTable,
  ruleId: string,
  scopes: readonly BrakeScope[],
): Promise<readonly BrakeState[]> {
  const places = scopes.map(scope => ({ ruleId, scope, key: keys.brake(ruleId, scopeText(scope)) }));
  const rows = await readRows(
    table,
    places.map(({ key }) => key),
  );
  return places.map(({ key, ...place }) =>
    fromBrakeRow(
      rows.find(row => row["pk"] === key.pk),
      place,
    ),
  );
}

async function recordHandled(
  table: RegistryTable,
  finding: HandledFinding,
  brakes: readonly BrakeState[],
  audit: AuditRecord,
): Promise<"recorded" | "handled" | "moved"> {
  const refusal = await transact(table, [
    {
      Put: {
        TableName: table.tableName,
        Item: toFindingRow(finding),
        // One that was closed may come to life again; what has been acted upon never changes.
        ConditionExpression: "attribute_not_exists(pk) OR (#state = :closed AND #at < :at)",
        ExpressionAttributeNames: { "#state": "state", "#at": "at" },
        ExpressionAttributeValues: { ":closed": "closed", ":at": finding.at.toISOString() },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    },
    putAudit(table, audit),
    ...brakes.map(state => putBrake(table, state, finding.handledAt)),
  ]);
  if (refusal === undefined) return "recorded";
  return refusal[0] === undefined ? "moved" : "handled";
}

function putBrake(table: RegistryTable, state: BrakeState, now: Date): TransactItem {
  const expected = state.version - 1;
  return {
    Put: {
      TableName: table.tableName,
      Item: toBrakeRow(state, now),
      ...(expected === 0
        ? { ConditionExpression: "attribute_not_exists(pk)" }
        : {
            ConditionExpression: "version = :expected",
            ExpressionAttributeValues: { ":expected": expected },
          }),
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    },
  };
}

/** Whoever carried it out first has done so; the second changes nothing. */
async function recordCarriedOut(table: RegistryTable, id: string): Promise<void> {
  try {
    await table.documents.send(
      new UpdateCommand({
        TableName: table.tableName,
        Key: keys.finding(id),
        UpdateExpression: "SET #state = :done",
        ConditionExpression: "#state = :begun",
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: { ":done": "carried_out", ":begun": "carrying_out" },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

/** Newest months first: a tenant that has enough of them is soon counted. */
async function countLive(table: RegistryTable, tenant: string, atMost: number, now: Date): Promise<number> {
  let count = 0;
  for (const month of monthsDownFrom(now)) {
    let start: Record<string, unknown> | undefined;
    do {
      if (count >= atMost) return atMost;
      const { Count = 0, LastEvaluatedKey } = await table.documents.send(
        new QueryCommand({
          TableName: table.tableName,
          IndexName: "byTenant",
          Select: "COUNT",
          KeyConditionExpression: "tenantPk = :month",
          FilterExpression: "#state IN (:active, :held, :superseded) AND notAfter > :now",
          ExpressionAttributeNames: { "#state": "state" },
          ExpressionAttributeValues: {
            ":month": tenantMonth(tenant, month),
            ":active": "active",
            ":held": "held",
            ":superseded": "superseded",
            ":now": now.toISOString(),
          },
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      );
      count += Count;
      start = LastEvaluatedKey;
    } while (start !== undefined);
  }
  return Math.min(count, atMost);
}
