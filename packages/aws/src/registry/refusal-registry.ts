// Records of refusals. Each is one put. The event about it goes out once a minute for each tenant and code, however many
// there are: a flood of refusals is for the audit to hold, not for the bus.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import type { AuditRecord } from "#core/audit.ts";
import type { RefusalRegistry } from "#core/enrolment/record-refusal.ts";
import { isAppError } from "#core/error.ts";
import type { OutgoingEvent } from "#core/event/outgoing.ts";
import { sha256Fields } from "#core/sha256.ts";
import { type RegistryTable, type TransactItem, transact } from "./client.ts";
import { putAudit, putOutbox } from "./side-rows.ts";
import { keys } from "./table.ts";

/** What one worker remembers having told; it forgets all at once, and the registry's mark decides then. */
const mostTold = 256;
const markKeptSeconds = 3_600;

export function dynamoRefusalRegistry(table: RegistryTable): RefusalRegistry {
  const told = new Set<string>();
  return {
    recordRefusal: async (audit, event) => {
      const minute = audit.at.toISOString().slice(0, 16);
      const mark = `${audit.tenant ?? "-"} ${audit.facts["code"]} ${minute}`;
      if (!told.has(mark)) {
        if (told.size >= mostTold) told.clear();
        told.add(mark);
        if (await recordWithEvent(table, audit, event, minute)) return;
      }
      await recordAlone(table, audit);
    },
  };
}

/** False: told before in this minute, or somebody is just telling it. Then nothing was written. */
async function recordWithEvent(
  table: RegistryTable,
  audit: AuditRecord,
  event: OutgoingEvent,
  minute: string,
): Promise<boolean> {
  const digest = await sha256Fields(audit.subject, audit.requestId);
  const code = audit.facts["code"] ?? "";
  try {
    const refusal = await transact(table, [
      putAudit(table, audit),
      putMark(table, audit.tenant ?? "-", code, minute, audit.at),
      putOutbox(table, digest, audit.at, event),
    ]);
    return refusal === undefined;
  } catch (error) {
    if (isAppError(error, "registry.busy")) return false;
    throw error;
  }
}

function putMark(table: RegistryTable, tenant: string, code: string, minute: string, at: Date): TransactItem {
  return {
    Put: {
      TableName: table.tableName,
      Item: {
        ...keys.toldRefusal(tenant, code, minute),
        type: "toldRefusal",
        expiresAtSeconds: Math.floor(at.getTime() / 1_000) + markKeptSeconds,
      },
      ConditionExpression: "attribute_not_exists(pk)",
    },
  };
}

/** The same refusal of the same request is there already when the call was sent twice: that is the record. */
async function recordAlone(table: RegistryTable, audit: AuditRecord): Promise<void> {
  const { Put } = putAudit(table, audit);
  try {
    await table.documents.send(new PutCommand(Put));
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
