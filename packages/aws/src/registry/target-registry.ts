// What findings name, and how it is refused: the revocation and hold adapters together, and the blocking of a key.
import type { AuditRecord } from "#core/audit.ts";
import type { TargetRegistry } from "#core/automation/ports.ts";
import { type RegistryTable, transact } from "./client.ts";
import { dynamoHoldRegistry } from "./hold-registry.ts";
import { findCertificatesByKey, readCertificates } from "./read-certificate.ts";
import { dynamoRevocationRegistry } from "./revocation-registry.ts";
import { putAudit } from "./side-rows.ts";
import { keys } from "./table.ts";

export function dynamoTargetRegistry(table: RegistryTable): TargetRegistry {
  return {
    ...dynamoRevocationRegistry(table),
    ...dynamoHoldRegistry(table),
    findByKey: spkiSha256 => findCertificatesByKey(table, spkiSha256),
    readCertificates: ids => readCertificates(table, ids),
    blockKey: (spkiSha256, audit) => blockKey(table, spkiSha256, audit),
  };
}

/** A key that nobody has enrolled yet gets its row here: whoever comes with it finds it blocked. */
async function blockKey(table: RegistryTable, spkiSha256: string, audit: AuditRecord): Promise<boolean> {
  const refusal = await transact(table, [
    {
      Update: {
        TableName: table.tableName,
        Key: keys.publicKey(spkiSha256),
        UpdateExpression: "SET blockedAt = :at, #type = :key",
        ConditionExpression: "attribute_not_exists(blockedAt)",
        ExpressionAttributeNames: { "#type": "type" },
        ExpressionAttributeValues: { ":at": audit.at.toISOString(), ":key": "key" },
      },
    },
    putAudit(table, audit),
  ]);
  return refusal === undefined;
}
