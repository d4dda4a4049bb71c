// The rows that travel with a state change in its transaction: audit record and outbox event.
import type { AuditRecord } from "#core/audit.ts";
import type { OutgoingEvent } from "#core/event/outgoing.ts";
import type { RegistryTable, TransactItem } from "./client.ts";
import { auditDay, keys, outboxShards, shardOf } from "./table.ts";

/** Conditional on absence: an audit record is written once and never replaced (invariant I11). */
export function putAudit(table: RegistryTable, audit: AuditRecord) {
  const { subject, action, actor, tenant, requestId, at, facts } = audit;
  return {
    Put: {
      TableName: table.tableName,
      Item: {
        ...keys.audit(subject, at, requestId, action),
        type: "audit",
        subject,
        action,
        actor,
        requestId,
        ...(tenant === undefined ? {} : { tenant }),
        at: at.toISOString(),
        facts,
        tenantPk: auditDay(tenant, at.toISOString().slice(0, 10)),
        tenantSk: `${at.toISOString()}#${requestId}#${action}#${subject}`,
      },
      ConditionExpression: "attribute_not_exists(pk)",
    },
  } satisfies TransactItem;
}

/**
 * The relay deletes a row once the bus has taken its event, so what is left is what is owed.
 * The id is derived from the subject: a repeated transaction cannot put a second event.
 */
export function putOutbox(
  table: RegistryTable,
  sha256: string,
  at: Date,
  event: OutgoingEvent,
): TransactItem {
  const id = `${at.toISOString()}#${sha256}#${event.detailType}`;
  return {
    Put: {
      TableName: table.tableName,
      Item: {
        ...keys.outbox(shardOf(sha256, outboxShards), id),
        type: "outbox",
        at: at.toISOString(),
        detailType: event.detailType,
        detail: JSON.stringify(event.detail),
      },
    },
  };
}
