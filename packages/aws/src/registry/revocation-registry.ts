// Revocations: the certificate's state, the denied slot the publisher reads, audit and outbox, in one transaction.
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { AuditRecord } from "#core/audit.ts";
import { type Certificate, type Revocation, statesBefore } from "#core/certificate/certificate.ts";
import { certificateRevoked } from "#core/event/outgoing.ts";
import type { RevokeAtCaRegistry } from "#core/revocation/revoke-at-ca.ts";
import type { RevocationRegistry } from "#core/revocation/revoke-reported.ts";
import { offsetOf, pageKey, pageOf } from "#core/slot-page/slot.ts";
import { listAuthorities } from "./authority-registry.ts";
import { type RegistryTable, type TransactItem, transact } from "./client.ts";
import { findByHolder, findBySha256, readCertificates } from "./read-certificate.ts";
import { putAudit, putOutbox } from "./side-rows.ts";
import { keys, openShards, shardOf } from "./table.ts";

export function dynamoRevocationRegistry(table: RegistryTable): RevocationRegistry & RevokeAtCaRegistry {
  return {
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
    recordRevocation: (certificate, revocation, audit) =>
      recordRevocation(table, certificate, revocation, audit),
    recordRevokedAtCa: async (certificateId, at) => {
      await table.documents.send(
        new UpdateCommand({
          TableName: table.tableName,
          Key: keys.certificate(certificateId),
          UpdateExpression: "SET revokedAtCaAt = if_not_exists(revokedAtCaAt, :at) REMOVE duePk, dueSk",
          ConditionExpression: "attribute_exists(pk)",
          ExpressionAttributeValues: { ":at": at.toISOString() },
        }),
      );
    },
  };
}

async function recordRevocation(
  table: RegistryTable,
  certificate: Certificate,
  revocation: Revocation,
  audit: AuditRecord,
): Promise<"revoked" | "already"> {
  const { authorityId, slot, notAfter } = certificate;
  const revokedAt = revocation.revokedAt.toISOString();
  const from = statesBefore("revoked");
  const refusal = await transact(table, [
    {
      Update: {
        TableName: table.tableName,
        Key: keys.certificate(certificate.id),
        // What is due now is telling the CA; once told, the row leaves the index for good.
        UpdateExpression:
          "SET #state = :revoked, revocation = :revocation, version = version + :one, duePk = :duePk, dueSk = :dueSk",
        ConditionExpression: `#state IN (${from.map((_, index) => `:from${index}`).join(", ")})`,
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: {
          ":revoked": "revoked",
          ":revocation": { ...revocation, revokedAt },
          ":one": 1,
          ":duePk": `CA-REVOCATION#${shardOf(certificate.sha256, openShards)}`,
          ":dueSk": `${revokedAt}#${certificate.id}`,
          ...Object.fromEntries(from.map((state, index) => [`:from${index}`, state])),
        },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    },
    {
      Put: {
        TableName: table.tableName,
        Item: {
          ...keys.deniedSlot(pageKey(authorityId, pageOf(slot)), offsetOf(slot)),
          type: "deniedSlot",
          state: "revoked",
          notAfter: notAfter.toISOString(),
        },
      },
    },
    ...(revocation.reason === "keyCompromise" ? [blockKey(table, certificate, revokedAt)] : []),
    putAudit(table, audit),
    putOutbox(table, certificate.sha256, revocation.revokedAt, certificateRevoked(certificate, revocation)),
  ]);
  return refusal === undefined ? "revoked" : "already";
}

/** A key that is known to others is never certified again, for no holder and no tenant (invariant I14). */
function blockKey(table: RegistryTable, certificate: Certificate, at: string): TransactItem {
  return {
    Update: {
      TableName: table.tableName,
      Key: keys.publicKey(certificate.spkiSha256),
      UpdateExpression: "SET blockedAt = if_not_exists(blockedAt, :at)",
      ExpressionAttributeValues: { ":at": at },
    },
  };
}
