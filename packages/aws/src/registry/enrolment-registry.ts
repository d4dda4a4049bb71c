// Enrolments and the certificates they become. Every write carries the state it expects to find.

import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { AuditRecord } from "#core/audit.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import type { Enrolment, EnrolmentId } from "#core/enrolment/enrolment.ts";
import type { EnrolmentRegistry, RecordedEnrolment, RecordIntentResult } from "#core/enrolment/ports.ts";
import { assert } from "#core/error.ts";
import { certificateIssued } from "#core/event/outgoing.ts";
import { offsetOf, pageKey, pageOf } from "#core/slot-page/slot.ts";
import { type RegistryTable, transact } from "./client.ts";
import { readCertificate } from "./read-certificate.ts";
import { fromEnrolmentRow, type Row, toCertificateRow, toEnrolmentRow } from "./rows.ts";
import { putAudit, putOutbox } from "./side-rows.ts";
import { keys } from "./table.ts";

export function dynamoEnrolmentRegistry(table: RegistryTable): EnrolmentRegistry {
  return {
    recordIntent: (enrolment, audit) => recordIntent(table, enrolment, audit),
    readEnrolment: id => readEnrolment(table, id),
    recordAsked: (enrolment, certificateArn) =>
      advance(table, enrolment, { state: "issuing", certificateArn, attempt: enrolment.attempt }),
    recordNewAttempt: (enrolment, now) =>
      advance(table, enrolment, {
        state: "accepted",
        attempt: enrolment.attempt + 1,
        attemptStartedAt: now.toISOString(),
      }),
    recordFailed: (enrolment, audit, burnSlot) => recordFailed(table, enrolment, audit, burnSlot),
    recordIssued: (enrolment, certificate, audit) => recordIssued(table, enrolment, certificate, audit),
    readCertificate: id => readCertificate(table, id),
  };
}

async function recordIntent(
  table: RegistryTable,
  enrolment: Enrolment,
  audit: AuditRecord,
): Promise<RecordIntentResult> {
  const refusal = await transact(table, [
    {
      Put: {
        TableName: table.tableName,
        Item: toEnrolmentRow(enrolment),
        ConditionExpression: "attribute_not_exists(pk)",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    },
    {
      // One key, one holder (threat B11); a blocked key is refused to everybody, its holder included (I14).
      Update: {
        TableName: table.tableName,
        Key: keys.publicKey(enrolment.spkiSha256),
        UpdateExpression: "SET tenant = :tenant, holder = :holder, #type = :type",
        ConditionExpression:
          "attribute_not_exists(pk) OR (tenant = :tenant AND holder = :holder AND attribute_not_exists(blockedAt))",
        ExpressionAttributeNames: { "#type": "type" },
        ExpressionAttributeValues: {
          ":tenant": enrolment.tenant,
          ":holder": enrolment.holder,
          ":type": "key",
        },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    },
    putAudit(table, audit),
  ]);
  if (refusal === undefined) return { kind: "recorded", enrolment: asRecorded(enrolment) };
  const [existing, key] = refusal;
  if (existing !== undefined && existing !== "absent") {
    return { kind: "exists", enrolment: asRecorded(fromEnrolmentRow(existing)) };
  }
  assert(key !== undefined && key !== "absent", "an intent is refused by its enrolment or its key");
  return { kind: key["blockedAt"] === undefined ? "key_in_use" : "key_blocked" };
}

/** The brand says "on disk", which is what this adapter knows and nobody else does. */
function asRecorded(enrolment: Enrolment): RecordedEnrolment {
  return enrolment as RecordedEnrolment;
}

/** Strongly consistent: an enrolment decides whether the CA is asked. */
export async function readEnrolment(
  table: RegistryTable,
  id: EnrolmentId,
): Promise<RecordedEnrolment | undefined> {
  const { Item } = await table.documents.send(
    new GetCommand({ TableName: table.tableName, Key: keys.enrolment(id), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : asRecorded(fromEnrolmentRow(Item));
}

/** Moves an enrolment on from the version given; somebody faster wins, and the current row is the answer. */
async function advance(
  table: RegistryTable,
  enrolment: RecordedEnrolment,
  change: Row,
): Promise<RecordedEnrolment> {
  const fields = Object.keys(change);
  try {
    const { Attributes } = await table.documents.send(
      new UpdateCommand({
        TableName: table.tableName,
        Key: keys.enrolment(enrolment.id),
        UpdateExpression: `SET version = version + :one, ${fields.map(field => `#${field} = :${field}`).join(", ")}`,
        ConditionExpression: "version = :version",
        ExpressionAttributeNames: Object.fromEntries(fields.map(field => [`#${field}`, field])),
        ExpressionAttributeValues: {
          ":one": 1,
          ":version": enrolment.version,
          ...Object.fromEntries(fields.map(field => [`:${field}`, change[field]])),
        },
        ReturnValues: "ALL_NEW",
      }),
    );
    assert(Attributes !== undefined, "an update that asks for ALL_NEW answers the row");
    return asRecorded(fromEnrolmentRow(Attributes));
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const current = await readEnrolment(table, enrolment.id);
    assert(current !== undefined, "a recorded enrolment is never deleted");
    return current;
  }
}

async function recordIssued(
  table: RegistryTable,
  enrolment: RecordedEnrolment,
  certificate: Certificate,
  audit: AuditRecord,
): Promise<boolean> {
  const TableName = table.tableName;
  const pointer = { type: "pointer", certificateId: certificate.id };
  const refusal = await transact(table, [
    {
      Update: {
        TableName,
        Key: keys.enrolment(enrolment.id),
        UpdateExpression:
          "SET #state = :issued, certificateId = :certificateId, certificateArn = :arn, version = version + :one REMOVE duePk, dueSk",
        ConditionExpression: "#state IN (:accepted, :issuing) AND attempt = :attempt",
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: {
          ":issued": "issued",
          ":accepted": "accepted",
          ":issuing": "issuing",
          ":attempt": enrolment.attempt,
          ":certificateId": certificate.id,
          ":arn": certificate.certificateArn,
          ":one": 1,
        },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    },
    {
      Put: {
        TableName,
        Item: toCertificateRow(certificate),
        ConditionExpression: "attribute_not_exists(pk)",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    },
    { Put: { TableName, Item: { ...keys.bySha256(certificate.sha256, certificate.id), ...pointer } } },
    {
      Put: {
        TableName,
        Item: { ...keys.byHolder(certificate.tenant, certificate.holder, certificate.id), ...pointer },
      },
    },
    putAudit(table, audit),
    putOutbox(table, certificate.sha256, certificate.issuedAt, certificateIssued(certificate)),
  ]);
  return refusal === undefined;
}

async function recordFailed(
  table: RegistryTable,
  enrolment: RecordedEnrolment,
  audit: AuditRecord,
  burnSlot: boolean,
): Promise<RecordedEnrolment> {
  const { authorityId, slot } = enrolment;
  await transact(table, [
    {
      Update: {
        TableName: table.tableName,
        Key: keys.enrolment(enrolment.id),
        UpdateExpression: "SET #state = :failed, version = version + :one REMOVE duePk, dueSk",
        ConditionExpression: "version = :version",
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: { ":failed": "failed", ":one": 1, ":version": enrolment.version },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    },
    putAudit(table, audit),
    ...(burnSlot
      ? [
          {
            Put: {
              TableName: table.tableName,
              Item: {
                ...keys.deniedSlot(pageKey(authorityId, pageOf(slot)), offsetOf(slot)),
                type: "deniedSlot",
                state: "burnt",
                notAfter: enrolment.notAfter.toISOString(),
                recordedAt: audit.at.toISOString(),
              },
            },
          },
        ]
      : []),
  ]);
  const current = await readEnrolment(table, enrolment.id);
  assert(current !== undefined, "a recorded enrolment is never deleted");
  return current;
}
