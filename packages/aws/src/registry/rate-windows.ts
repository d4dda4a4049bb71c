// The shared counters of permits to ask the CA: one row per window, conditional adds, gone by time-to-live. Whatever
// the number of workers, no more is taken of a window than its limit.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { UpdateCommand, type UpdateCommandInput } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod";
import type { RateWindows } from "#core/issuance/ports.ts";
import { windowStart } from "#core/issuance/rate-window.ts";
import type { RegistryTable } from "./client.ts";
import { keys } from "./table.ts";

const counter = z.object({ taken: z.number() });
const keptSeconds = 3_600;

export function dynamoRateWindows(table: RegistryTable): RateWindows {
  return {
    take: (window, wanted, limit) => take(table, window, wanted, limit),
    book: async (window, limit, tenant) => {
      const extra = tenant === undefined ? undefined : { attribute: `tenant ${tenant.name}`, ...tenant };
      return (await add(table, window, 1, limit, extra)).isAdded;
    },
  };
}

async function take(table: RegistryTable, window: number, wanted: number, limit: number) {
  let amount = Math.min(wanted, limit);
  while (amount > 0) {
    const { isAdded, taken } = await add(table, window, amount, limit);
    if (isAdded) return { granted: amount, taken };
    // Somebody else was here: what is left may still do. Less each time, so this ends.
    amount = Math.min(amount - 1, limit - taken);
  }
  return { granted: 0, taken: limit };
}

type Added = { readonly isAdded: boolean; readonly taken: number };

async function add(
  table: RegistryTable,
  window: number,
  amount: number,
  limit: number,
  tenant?: { readonly attribute: string; readonly limit: number },
): Promise<Added> {
  try {
    const { Attributes } = await table.documents.send(
      new UpdateCommand(additionOf(table, window, amount, limit, tenant)),
    );
    return { isAdded: true, taken: counter.parse(Attributes).taken };
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      const taken = error.Item === undefined ? limit : counter.parse(unmarshall(error.Item)).taken;
      return { isAdded: false, taken };
    }
    // More ask for permits than a partition takes writes: that is no permit, and no fault.
    if (isThrottled(error)) return { isAdded: false, taken: limit };
    throw error;
  }
}

function additionOf(
  table: RegistryTable,
  window: number,
  amount: number,
  limit: number,
  tenant?: { readonly attribute: string; readonly limit: number },
): UpdateCommandInput {
  const expiresAtSeconds = Math.ceil(windowStart(window) / 1_000) + keptSeconds;
  const room = "(attribute_not_exists(taken) OR taken <= :room)";
  return {
    TableName: table.tableName,
    Key: keys.rateWindow(window),
    UpdateExpression: `SET #type = :type, expiresAtSeconds = :expires ADD taken :amount${tenant === undefined ? "" : ", #tenant :amount"}`,
    ConditionExpression:
      tenant === undefined ? room : `${room} AND (attribute_not_exists(#tenant) OR #tenant < :tenantLimit)`,
    ExpressionAttributeNames: {
      "#type": "type",
      ...(tenant === undefined ? {} : { "#tenant": tenant.attribute }),
    },
    ExpressionAttributeValues: {
      ":type": "rateWindow",
      ":expires": expiresAtSeconds,
      ":amount": amount,
      ":room": limit - amount,
      ...(tenant === undefined ? {} : { ":tenantLimit": tenant.limit }),
    },
    ReturnValues: "UPDATED_NEW",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  };
}

const throttles = new Set([
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "ThrottlingException",
]);

/** The client tells of a throttled call as of any that was not answered; the cause is DynamoDB's own word. */
function isThrottled(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return throttles.has(error.name) || isThrottled(error.cause);
}
