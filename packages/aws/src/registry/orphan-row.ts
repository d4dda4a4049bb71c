// The record of an orphan: one transaction with its burnt slot and the audit, unless the registry has the certificate.
import type { AuditRecord } from "#core/audit.ts";
import type { CertificateId } from "#core/certificate/certificate.ts";
import type { Orphan } from "#core/reconciliation/ports.ts";
import { offsetOf, pageKey, pageOf } from "#core/slot-page/slot.ts";
import { type RegistryTable, type TransactItem, transact } from "./client.ts";
import { readRows } from "./read-rows.ts";
import { putAudit } from "./side-rows.ts";
import { keys } from "./table.ts";

export async function recordOrphan(
  table: RegistryTable,
  orphan: Orphan,
  audit: AuditRecord,
): Promise<"recorded" | "already" | "owned"> {
  const refusal = await transact(table, [
    {
      ConditionCheck: {
        TableName: table.tableName,
        Key: keys.certificate(orphan.id),
        ConditionExpression: "attribute_not_exists(pk)",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    },
    putOrphan(table, orphan, audit.at),
    ...burn(table, orphan, audit.at),
    putAudit(table, audit),
  ]);
  if (refusal === undefined) return "recorded";
  const [owner] = refusal;
  return owner === undefined ? "already" : "owned";
}

function putOrphan(
  table: RegistryTable,
  { id, authorityId, entry, burnSlot }: Orphan,
  at: Date,
): TransactItem {
  const { certificateArn, serial, subject, slot, issuedAt, notAfter } = entry;
  return {
    Put: {
      TableName: table.tableName,
      Item: {
        ...keys.orphan(id),
        type: "orphan",
        id,
        authorityId,
        certificateArn,
        serial,
        subject,
        ...(slot === undefined ? {} : { slot }),
        isSlotBurnt: burnSlot,
        issuedAt: issuedAt.toISOString(),
        notAfter: notAfter.toISOString(),
        foundAt: at.toISOString(),
      },
      ConditionExpression: "attribute_not_exists(pk)",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    },
  };
}

/** A slot that is refused already stays refused as it is. */
function burn(
  table: RegistryTable,
  { authorityId, entry, burnSlot }: Orphan,
  at: Date,
): readonly TransactItem[] {
  if (entry.slot === undefined || !burnSlot) return [];
  return [
    {
      Update: {
        TableName: table.tableName,
        Key: keys.deniedSlot(pageKey(authorityId, pageOf(entry.slot)), offsetOf(entry.slot)),
        UpdateExpression:
          "SET #state = if_not_exists(#state, :burnt), #type = :type, notAfter = if_not_exists(notAfter, :notAfter), recordedAt = if_not_exists(recordedAt, :at)",
        ExpressionAttributeNames: { "#state": "state", "#type": "type" },
        ExpressionAttributeValues: {
          ":burnt": "burnt",
          ":type": "deniedSlot",
          ":notAfter": entry.notAfter.toISOString(),
          ":at": at.toISOString(),
        },
      },
    },
  ];
}

export async function readOrphans(
  table: RegistryTable,
  ids: readonly CertificateId[],
): Promise<ReadonlyMap<CertificateId, { readonly isRevokedAtCa: boolean }>> {
  const rows = await readRows(table, ids.map(keys.orphan));
  // The brand is restored: the row's key was made of such an id.
  return new Map(
    rows.map(row => [row["id"] as CertificateId, { isRevokedAtCa: row["revokedAtCaAt"] !== undefined }]),
  );
}
