// Revocations: the certificate's state, the denied slot the publisher reads, audit and outbox, in one transaction.
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { AuditRecord } from "#core/audit.ts";
import { isManaged } from "#core/authority/authority.ts";
import { type Certificate, type Revocation, statesBefore } from "#core/certificate/certificate.ts";
import { certificateRevoked } from "#core/event/outgoing.ts";
import type { RevocationRegistry } from "#core/revocation/ports.ts";
import type { RevokeAtCaRegistry } from "#core/revocation/revoke-at-ca.ts";
import type { LotRevocationRegistry } from "#core/revocation/revoke-lot.ts";
import type { SerialRevocationRegistry } from "#core/revocation/revoke-serial.ts";
import { offsetOf, pageKey, pageOf } from "#core/slot-page/slot.ts";
import { listAuthorities } from "./authority-registry.ts";
import { type RegistryTable, type TransactItem, transact } from "./client.ts";
import { readLot, recordLotRevoked } from "./lot-registry.ts";
import { recordOrder } from "./order-registry.ts";
import { findByHolder, findBySha256, readCertificates } from "./read-certificate.ts";
import { recordRevokedSerial } from "./revoked-serials.ts";
import { putAudit, putOutbox } from "./side-rows.ts";
import { keys, openShards, shardOf } from "./table.ts";

export function dynamoRevocationRegistry(
  table: RegistryTable,
): RevocationRegistry & LotRevocationRegistry & SerialRevocationRegistry & RevokeAtCaRegistry {
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
      recordRevocation(table, certificate, revocation, audit, [putDenied(table, certificate, revocation)]),
    findSerialsAuthority: async id => {
      const authority = (await listAuthorities(table)).find(candidate => candidate.id === id);
      return authority === undefined || isManaged(authority) ? undefined : authority;
    },
    recordRevokedSerial: (revoked, audit) => recordRevokedSerial(table, revoked, audit),
    readLot: (tenant, lot) => readLot(table, tenant, lot),
    recordLotRevoked: (lot, revocation, audit) => recordLotRevoked(table, lot, revocation, audit),
    recordOrder: (order, cause, audit) => recordOrder(table, order, cause, audit),
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

/** `more` says what makes the edge refuse it: a denied slot, or nothing where an order stands over the slot. */
export async function recordRevocation(
  table: RegistryTable,
  certificate: Certificate,
  revocation: Revocation,
  audit: AuditRecord,
  more: readonly TransactItem[],
): Promise<"revoked" | "already"> {
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
    ...more,
    ...(revocation.reason === "keyCompromise" ? [blockKey(table, certificate, revokedAt)] : []),
    putAudit(table, { ...audit, tenant: certificate.tenant }),
    putOutbox(table, certificate.sha256, revocation.revokedAt, certificateRevoked(certificate, revocation)),
  ]);
  return refusal === undefined ? "revoked" : "already";
}

function putDenied(
  table: RegistryTable,
  { authorityId, slot, notAfter }: Certificate,
  { revokedAt }: Revocation,
): TransactItem {
  return {
    Put: {
      TableName: table.tableName,
      Item: {
        ...keys.deniedSlot(pageKey(authorityId, pageOf(slot)), offsetOf(slot)),
        type: "deniedSlot",
        state: "revoked",
        notAfter: notAfter.toISOString(),
        recordedAt: revokedAt.toISOString(),
      },
    },
  };
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
