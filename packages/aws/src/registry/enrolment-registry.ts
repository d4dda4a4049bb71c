// Enrolments and the certificates they become. Every write carries the state it expects to find.

import type { AuditRecord } from "#core/audit.ts";
import type { Certificate } from "#core/certificate/certificate.ts";
import type { EnrolmentRegistry, RecordedEnrolment } from "#core/enrolment/ports.ts";
import { assert } from "#core/error.ts";
import { certificateIssued } from "#core/event/outgoing.ts";
import { offsetOf, pageKey, pageOf } from "#core/slot-page/slot.ts";
import { recordAsked, recordFruitless, recordMoved, recordNewAttempt } from "./change-enrolment.ts";
import { type RegistryTable, type TransactItem, transact } from "./client.ts";
import { joinLineage } from "./lineage.ts";
import { readCertificate } from "./read-certificate.ts";
import { readEnrolment } from "./read-enrolment.ts";
import { recordIntent } from "./record-intent.ts";
import { toCertificateRow } from "./rows.ts";
import { putAudit, putOutbox } from "./side-rows.ts";
import { keys } from "./table.ts";

export function dynamoEnrolmentRegistry(table: RegistryTable): EnrolmentRegistry {
  return {
    recordIntent: (enrolment, audit, claims, renewed, place) =>
      recordIntent(table, enrolment, audit, claims, renewed, place),
    readEnrolment: id => readEnrolment(table, id),
    recordAsked: (enrolment, certificateArn) => recordAsked(table, enrolment, certificateArn),
    recordNewAttempt: (enrolment, now) => recordNewAttempt(table, enrolment, now),
    recordFruitless: enrolment => recordFruitless(table, enrolment),
    recordMoved: (enrolment, to, audit) => recordMoved(table, enrolment, to, audit),
    recordFailed: (enrolment, audit, burnSlot) => recordFailed(table, enrolment, audit, burnSlot),
    recordIssued: (enrolment, certificate, audit) => recordIssued(table, enrolment, certificate, audit),
    readCertificate: id => readCertificate(table, id),
  };
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
    { Put: { TableName, Item: { ...keys.byKey(certificate.spkiSha256, certificate.id), ...pointer } } },
    {
      Put: {
        TableName,
        Item: { ...keys.byHolder(certificate.tenant, certificate.holder, certificate.id), ...pointer },
      },
    },
    keyNotBlocked(table, certificate.spkiSha256),
    ...joinLineage(table, enrolment, certificate),
    putAudit(table, { ...audit, tenant: certificate.tenant }),
    putOutbox(table, certificate.sha256, certificate.issuedAt, certificateIssued(certificate)),
  ]);
  return refusal === undefined;
}

/**
 * A key reported compromised while its enrolment was under way gets nothing (I14). Whoever blocks a key looks for its
 * certificates afterwards, so that each is found there or refused here.
 */
function keyNotBlocked(table: RegistryTable, spkiSha256: string): TransactItem {
  return {
    ConditionCheck: {
      TableName: table.tableName,
      Key: keys.publicKey(spkiSha256),
      ConditionExpression: "attribute_not_exists(blockedAt)",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    },
  };
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
    putAudit(table, { ...audit, tenant: enrolment.tenant }),
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
