// Operators' moves of renewal windows: an attribute of a certificate, of a lot's row or of an authority's. One write
// each, whatever is covered; whoever asks for a window reads them.
import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import type { AuditRecord } from "#core/audit.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import { fail } from "#core/error.ts";
import type { WindowMoveRegistry, WindowReader } from "#core/renewal/ports.ts";
import { renewalWindow } from "#core/renewal/window.ts";
import type { WindowMove } from "#core/renewal/window-move.ts";
import { listAuthorities } from "./authority-registry.ts";
import { type RegistryTable, transact } from "./client.ts";
import { readLot } from "./lot-registry.ts";
import { readCertificate } from "./read-certificate.ts";
import { dueKeys, fromWindowMoveAttribute, toWindowMoveAttribute } from "./rows.ts";
import { putAudit } from "./side-rows.ts";
import { type Key, keys } from "./table.ts";

export function dynamoWindowMoveRegistry(table: RegistryTable): WindowMoveRegistry {
  return {
    readWindowMoves: certificate => readWindowMoves(table, certificate),
    readCertificate: id => readCertificate(table, id),
    readLot: (tenant, lot) => readLot(table, tenant, lot),
    listAuthorities: () => listAuthorities(table),
    recordCertificateMove: (certificate, move, audit) =>
      recordCertificateMove(table, certificate, move, audit),
    recordLotMove: (tenant, lot, move, audit) => recordMove(table, keys.lot(tenant, lot), move, audit),
    recordAuthorityMove: (id, move, audit) => recordMove(table, keys.authority(id), move, audit),
  };
}

/** One batch of two rows, and of them one attribute. */
export const readWindowMoves = async (
  table: RegistryTable,
  { tenant, lot, authorityId }: Parameters<WindowReader["readWindowMoves"]>[0],
): Promise<readonly WindowMove[]> => {
  const wanted = [keys.authority(authorityId), ...(lot === undefined ? [] : [keys.lot(tenant, lot)])];
  const { Responses, UnprocessedKeys } = await table.documents.send(
    new BatchGetCommand({
      RequestItems: {
        [table.tableName]: { Keys: wanted, ConsistentRead: true, ProjectionExpression: "windowMove" },
      },
    }),
  );
  // Under load DynamoDB may leave rows out: then nothing is known of them.
  if (UnprocessedKeys?.[table.tableName] !== undefined) fail("registry.busy", { retryAfterSeconds: 1 });
  return (Responses?.[table.tableName] ?? []).flatMap(({ windowMove }) =>
    windowMove === undefined ? [] : [fromWindowMoveAttribute(windowMove)],
  );
};

async function recordMove(
  table: RegistryTable,
  key: Key,
  move: WindowMove,
  audit: AuditRecord,
): Promise<boolean> {
  const refusal = await transact(table, [
    {
      Update: {
        TableName: table.tableName,
        Key: key,
        UpdateExpression: "SET windowMove = :move",
        ConditionExpression: "attribute_exists(pk)",
        ExpressionAttributeValues: { ":move": toWindowMoveAttribute(move) },
      },
    },
    putAudit(table, audit),
  ]);
  return refusal === undefined;
}

/** Its place in the index of due certificates moves with it, unless what is due by now is something else. */
async function recordCertificateMove(
  table: RegistryTable,
  certificate: Certificate,
  move: WindowMove,
  audit: AuditRecord,
): Promise<boolean> {
  const { start } = renewalWindow({ ...certificate, windowMove: move });
  const due = certificate.state === "active" && certificate.renewedBy === undefined;
  const { duePk, dueSk } = dueKeys(certificate.id, start, move.at);
  const refusal = await transact(table, [
    {
      Update: {
        TableName: table.tableName,
        Key: keys.certificate(certificate.id),
        UpdateExpression: `SET windowMove = :move, version = version + :one${due ? ", duePk = :duePk, dueSk = :dueSk" : ""} REMOVE renewalCount`,
        ConditionExpression: "version = :version",
        ExpressionAttributeValues: {
          ":move": toWindowMoveAttribute(move),
          ":version": certificate.version,
          ":one": 1,
          ...(due ? { ":duePk": duePk, ":dueSk": dueSk } : {}),
        },
      },
    },
    putAudit(table, { ...audit, tenant: certificate.tenant }),
  ]);
  return refusal === undefined;
}
