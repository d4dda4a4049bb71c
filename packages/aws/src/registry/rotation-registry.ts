// Rotations on disk: one row each, changed only from the version that was read, and the parts of their waves with it.
import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { AuditRecord } from "#core/audit.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import { assert } from "#core/error.ts";
import type { WavePart } from "#core/rotation/waves/part.ts";
import type {
  Announcement,
  RotationChange,
  RotationRegistry,
  RotationStore,
  StartRegistry,
} from "#core/rotation/waves/ports.ts";
import { isLive, type Rotation, type RotationId, selectorText } from "#core/rotation/waves/rotation.ts";
import { type RegistryTable, type TransactItem, transact } from "./client.ts";
import { listDueKeys } from "./due.ts";
import { dynamoListingRegistry } from "./list-certificates.ts";
import { readCertificates } from "./read-certificate.ts";
import { readRows } from "./read-rows.ts";
import {
  fromPartRow,
  fromRotationRow,
  partDuePk,
  rotationDuePk,
  toPartRow,
  toRotationRow,
} from "./rotation-row.ts";
import { toAnnouncedAttribute, toWindowMoveAttribute } from "./rows.ts";
import { putAudit, putOutbox } from "./side-rows.ts";
import { keys } from "./table.ts";

export function dynamoRotationRegistry(
  table: RegistryTable,
): RotationRegistry & RotationStore & StartRegistry {
  return {
    ...dynamoListingRegistry(table),
    insertRotation: (rotation, audit) => insertRotation(table, rotation, audit),
    readRotation: id => readRotation(table, id),
    listLive: () => listLive(table),
    listDueParts: (id, now) => listDueParts(table, id, now),
    save: (next, change) => save(table, next, change),
    readCertificates: ids => readCertificates(table, ids),
    recordAnnounced: (certificate, announcement) => recordAnnounced(table, certificate, announcement),
  };
}

async function insertRotation(
  table: RegistryTable,
  rotation: Rotation,
  audit: AuditRecord,
): ReturnType<StartRegistry["insertRotation"]> {
  const refusal = await transact(table, [
    {
      Put: {
        TableName: table.tableName,
        Item: toRotationRow(rotation),
        ConditionExpression: "attribute_not_exists(pk)",
      },
    },
    {
      Put: {
        TableName: table.tableName,
        Item: {
          ...keys.rotationOf(selectorText(rotation.selector)),
          type: "rotationOf",
          rotationId: rotation.id,
        },
        ConditionExpression: "attribute_not_exists(pk)",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    },
    putAudit(table, audit),
  ]);
  if (refusal === undefined) return { kind: "inserted" };
  const [, other] = refusal;
  assert(other !== undefined && other !== "absent", "a rotation's random id is new");
  return { kind: "exists", rotationId: String(other["rotationId"]) };
}

async function readRotation(table: RegistryTable, id: string): Promise<Rotation | undefined> {
  const { Item } = await table.documents.send(
    new GetCommand({ TableName: table.tableName, Key: keys.rotation(id), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : fromRotationRow(Item);
}

/** The index names them, the oldest first; the rows themselves are read strongly. */
async function listLive(table: RegistryTable): Promise<readonly Rotation[]> {
  const live: Rotation[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await table.documents.send(
      new QueryCommand({
        TableName: table.tableName,
        IndexName: "byDue",
        KeyConditionExpression: "duePk = :pk",
        ExpressionAttributeValues: { ":pk": rotationDuePk },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    const rows = await readRows(
      table,
      Items.map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) })),
    );
    live.push(...rows.map(fromRotationRow).filter(isLive));
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return live;
}

async function listDueParts(table: RegistryTable, id: RotationId, now: Date): Promise<readonly WavePart[]> {
  const due = await listDueKeys(table, partDuePk(id), new Date(now.getTime() + 1));
  const parts = (await readRows(table, due)).map(fromPartRow);
  return parts.filter(({ lookAt }) => lookAt <= now).sort((a, b) => a.number - b.number);
}

async function save(
  table: RegistryTable,
  next: Rotation,
  { part, audit, event }: RotationChange,
): Promise<Rotation | undefined> {
  const saved = { ...next, version: next.version + 1 };
  const refusal = await transact(table, [
    {
      Put: {
        TableName: table.tableName,
        Item: toRotationRow(saved),
        ConditionExpression: "version = :version",
        ExpressionAttributeValues: { ":version": next.version },
      },
    },
    ...(isLive(next) ? [] : [freeSelector(table, next)]),
    ...(part === undefined ? [] : [writePart(table, part)]),
    ...(audit === undefined ? [] : [putAudit(table, audit)]),
    // The id's own digits are random: they spread the outbox as a digest would.
    ...(event === undefined || audit === undefined
      ? []
      : [putOutbox(table, next.id.slice("rot_".length), audit.at, event)]),
  ]);
  return refusal === undefined ? saved : undefined;
}

/** The version of the rotation stands for its parts too: nobody else can have changed this one. */
function writePart(table: RegistryTable, part: WavePart): TransactItem {
  return Object.keys(part.members).length === 0
    ? { Delete: { TableName: table.tableName, Key: keys.wavePart(part.rotationId, part.number) } }
    : { Put: { TableName: table.tableName, Item: toPartRow(part) } };
}

function freeSelector(table: RegistryTable, { id, selector }: Rotation): TransactItem {
  return {
    Delete: {
      TableName: table.tableName,
      Key: keys.rotationOf(selectorText(selector)),
      ConditionExpression: "rotationId = :id",
      ExpressionAttributeValues: { ":id": id },
    },
  };
}

/**
 * As an operator's move of one window, and the holder is told at once: the sweep finds by `announced` that this window was.
 * Its place in the index of what is due stays: nothing else is due earlier than before.
 */
async function recordAnnounced(
  table: RegistryTable,
  certificate: Certificate,
  { move, window, audit, event }: Announcement,
): Promise<boolean> {
  const refusal = await transact(table, [
    {
      Update: {
        TableName: table.tableName,
        Key: keys.certificate(certificate.id),
        UpdateExpression:
          "SET windowMove = :move, announced = :announced, version = version + :one REMOVE renewalCount",
        ConditionExpression: "version = :version",
        ExpressionAttributeValues: {
          ":move": toWindowMoveAttribute(move),
          ":announced": toAnnouncedAttribute({ ...certificate.announced, windowStart: window.start }),
          ":version": certificate.version,
          ":one": 1,
        },
      },
    },
    putAudit(table, audit),
    putOutbox(table, certificate.sha256, move.at, event),
  ]);
  return refusal === undefined;
}
