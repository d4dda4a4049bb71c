// What connection logs prove, in the registry. A plain sighting is one write without a transaction and leaves the row's
// version alone: it changes nothing that anybody decides by, and must not get in a renewal's way.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Returned, Seen, SeenRegistry, Superseded } from "#core/rotation/seen-ports.ts";
import { type RegistryTable, type TransactItem, transact } from "./client.ts";
import { dynamoHoldRegistry } from "./hold-registry.ts";
import { readCertificate, readCertificates } from "./read-certificate.ts";
import { dynamoRevocationRegistry } from "./revocation-registry.ts";
import { dueKeys } from "./rows.ts";
import { putAudit, putOutbox } from "./side-rows.ts";
import { keys } from "./table.ts";

export function dynamoSeenRegistry(table: RegistryTable): SeenRegistry {
  return {
    recordHold: dynamoHoldRegistry(table).recordHold,
    recordRevocation: dynamoRevocationRegistry(table).recordRevocation,
    readCertificate: id => readCertificate(table, id),
    readCertificates: ids => readCertificates(table, ids),
    recordSeen: seen => recordSeen(table, seen),
    recordSuperseded: (successor, predecessors) => recordSuperseded(table, successor, predecessors),
    recordReturned: returned => recordReturned(table, returned),
  };
}

/** ISO 8601 in UTC with milliseconds sorts as text. */
const isNews = "(attribute_not_exists(lastSeenAt) OR lastSeenAt < :since)";

async function recordSeen(table: RegistryTable, { certificate, at, since }: Seen): Promise<boolean> {
  try {
    await table.documents.send(
      new UpdateCommand({
        TableName: table.tableName,
        Key: keys.certificate(certificate.id),
        UpdateExpression: "SET lastSeenAt = :at",
        ConditionExpression: `attribute_exists(pk) AND ${isNews}`,
        ExpressionAttributeValues: { ":at": at.toISOString(), ":since": since.toISOString() },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

async function recordSuperseded(
  table: RegistryTable,
  successor: Seen,
  predecessors: readonly Superseded[],
): Promise<boolean> {
  // Each is renewed by the one before it in the list, the first by the one that was seen.
  const renewedBy = [successor.certificate, ...predecessors.map(({ certificate }) => certificate)];
  const refusal = await transact(table, [
    seenInUse(table, successor),
    ...predecessors.flatMap((superseded, index) => [
      supersede(table, superseded, renewedBy[index]?.id),
      putAudit(table, superseded.audit),
      putOutbox(table, superseded.certificate.sha256, superseded.supersededAt, superseded.event),
    ]),
  ]);
  return refusal === undefined;
}

function seenInUse(table: RegistryTable, { certificate, at, since }: Seen): TransactItem {
  return {
    Update: {
      TableName: table.tableName,
      Key: keys.certificate(certificate.id),
      UpdateExpression: "SET lastSeenAt = :at",
      ConditionExpression: `#state IN (:active, :superseded) AND ${isNews}`,
      ExpressionAttributeNames: { "#state": "state" },
      ExpressionAttributeValues: {
        ":active": "active",
        ":superseded": "superseded",
        ":at": at.toISOString(),
        ":since": since.toISOString(),
      },
    },
  };
}

/** Due from now on is the end of its overlap. */
function supersede(
  table: RegistryTable,
  { certificate, supersededAt, retiresAt }: Superseded,
  renewedBy: string | undefined,
): TransactItem {
  const dueAt = retiresAt < certificate.notAfter ? retiresAt : certificate.notAfter;
  const { duePk, dueSk } = dueKeys(certificate.id, dueAt, supersededAt);
  return {
    Update: {
      TableName: table.tableName,
      Key: keys.certificate(certificate.id),
      UpdateExpression:
        "SET #state = :superseded, supersededAt = :at, version = version + :one, duePk = :duePk, dueSk = :dueSk",
      ConditionExpression: "#state = :active AND renewedBy = :renewedBy",
      ExpressionAttributeNames: { "#state": "state" },
      ExpressionAttributeValues: {
        ":active": "active",
        ":superseded": "superseded",
        ":renewedBy": renewedBy,
        ":at": supersededAt.toISOString(),
        ":one": 1,
        ":duePk": duePk,
        ":dueSk": dueSk,
      },
    },
  };
}

async function recordReturned(
  table: RegistryTable,
  { certificate, at, audit, event }: Returned,
): Promise<boolean> {
  const refusal = await transact(table, [
    {
      Update: {
        TableName: table.tableName,
        Key: keys.certificate(certificate.id),
        UpdateExpression: "SET returnedAt = :at, version = version + :one",
        ConditionExpression: "attribute_exists(supersededAt) AND attribute_not_exists(returnedAt)",
        ExpressionAttributeValues: { ":at": at.toISOString(), ":one": 1 },
      },
    },
    putAudit(table, audit),
    putOutbox(table, certificate.sha256, audit.at, event),
  ]);
  return refusal === undefined;
}
