// Hold and resume: the certificate's state and its denied slot move together, or not at all.
import type { AuditRecord } from "#core/audit.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import type { HoldRegistry } from "#core/revocation/hold.ts";
import { offsetOf, pageKey, pageOf } from "#core/slot-page/slot.ts";
import { type RegistryTable, type TransactItem, transact } from "./client.ts";
import { dueKeys } from "./rows.ts";
import { putAudit } from "./side-rows.ts";
import { type Key, keys } from "./table.ts";

export function dynamoHoldRegistry(table: RegistryTable): HoldRegistry {
  return {
    recordHold: async (certificate, audit) => {
      const denied: TransactItem = {
        Put: {
          TableName: table.tableName,
          Item: {
            ...deniedKey(certificate),
            type: "deniedSlot",
            state: "held",
            notAfter: certificate.notAfter.toISOString(),
            recordedAt: audit.at.toISOString(),
          },
          // Whatever refuses the slot already is stronger than a hold.
          ConditionExpression: "attribute_not_exists(pk)",
        },
      };
      return move(table, certificate, "active", "held", [denied, auditOf(table, certificate, audit)]);
    },
    recordResume: async (certificate: Certificate, audit: AuditRecord) => {
      const admitted: TransactItem = {
        Delete: {
          TableName: table.tableName,
          Key: deniedKey(certificate),
          ConditionExpression: "#state = :held",
          ExpressionAttributeNames: { "#state": "state" },
          ExpressionAttributeValues: { ":held": "held" },
        },
      };
      return move(
        table,
        certificate,
        "held",
        "active",
        [admitted, auditOf(table, certificate, audit)],
        // The sweep announces nothing for one that is held: it looks again now.
        dueKeys(certificate.id, audit.at, audit.at),
      );
    },
  };
}

function auditOf(table: RegistryTable, { tenant }: Certificate, audit: AuditRecord): TransactItem {
  return putAudit(table, { ...audit, tenant });
}

async function move(
  table: RegistryTable,
  certificate: Certificate,
  from: "active" | "held",
  to: "active" | "held",
  more: readonly TransactItem[],
  due?: ReturnType<typeof dueKeys>,
): Promise<boolean> {
  const refusal = await transact(table, [
    {
      Update: {
        TableName: table.tableName,
        Key: keys.certificate(certificate.id),
        UpdateExpression: `SET #state = :to, version = version + :one${due === undefined ? "" : ", duePk = :duePk, dueSk = :dueSk"}`,
        ConditionExpression: "#state = :from",
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: {
          ":from": from,
          ":to": to,
          ":one": 1,
          ...(due === undefined ? {} : { ":duePk": due.duePk, ":dueSk": due.dueSk }),
        },
      },
    },
    ...more,
  ]);
  return refusal === undefined;
}

function deniedKey({ authorityId, slot }: Certificate): Key {
  return keys.deniedSlot(pageKey(authorityId, pageOf(slot)), offsetOf(slot));
}
