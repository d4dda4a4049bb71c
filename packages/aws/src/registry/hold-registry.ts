// Hold and resume: the certificate's state and its denied slot move together, or not at all.
import type { AuditRecord } from "#core/audit.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import type { HoldRegistry } from "#core/revocation/hold.ts";
import { offsetOf, pageKey, pageOf } from "#core/slot-page/slot.ts";
import { type RegistryTable, type TransactItem, transact } from "./client.ts";
import { dueKeys, type Row, toHoldAttribute } from "./rows.ts";
import { putAudit } from "./side-rows.ts";
import { type Key, keys } from "./table.ts";

export function dynamoHoldRegistry(table: RegistryTable): HoldRegistry {
  return {
    recordHold: async (certificate, audit, hold) => {
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
      return move(table, certificate, "active", "held", [denied, auditOf(table, certificate, audit)], {
        ...(hold === undefined ? {} : { hold: toHoldAttribute(hold) }),
        // The sweep lets it in again. What else would be due it looks at then, or at the end of the certificate.
        ...(hold?.until === undefined
          ? {}
          : dueKeys(certificate.id, endOf(certificate, hold.until), audit.at)),
      });
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
  set: Row = {},
): Promise<boolean> {
  const fields = Object.keys(set);
  // `hold` is a reserved word of DynamoDB's.
  const names = to === "active" ? ["state", "hold", ...fields] : ["state", ...fields];
  const sets = ["#state = :to", "version = version + :one", ...fields.map(field => `#${field} = :${field}`)];
  const refusal = await transact(table, [
    {
      Update: {
        TableName: table.tableName,
        Key: keys.certificate(certificate.id),
        UpdateExpression: `SET ${sets.join(", ")}${to === "active" ? " REMOVE #hold" : ""}`,
        ConditionExpression: "#state = :from",
        ExpressionAttributeNames: Object.fromEntries(names.map(name => [`#${name}`, name])),
        ExpressionAttributeValues: {
          ":from": from,
          ":to": to,
          ":one": 1,
          ...Object.fromEntries(fields.map(field => [`:${field}`, set[field]])),
        },
      },
    },
    ...more,
  ]);
  return refusal === undefined;
}

/** A hold that outlasts its certificate ends with it. RFC 5280, 4.1.2.5: the validity includes its last second. */
function endOf({ notAfter }: Certificate, until: Date): Date {
  return new Date(Math.min(until.getTime(), notAfter.getTime() + 1_000));
}

function deniedKey({ authorityId, slot }: Certificate): Key {
  return keys.deniedSlot(pageKey(authorityId, pageOf(slot)), offsetOf(slot));
}
