// What a renewal changes of the certificate it renews, and of an earlier successor that it replaces: items of the
// transactions that record the intent and the certificate.
import type { Certificate, CertificateState } from "#core/certificate/certificate.ts";
import type { Enrolment } from "#core/enrolment/enrolment.ts";
import type { RenewedCertificate } from "#core/enrolment/ports.ts";
import type { RegistryTable, TransactItem } from "./client.ts";
import { dueKeys } from "./rows.ts";
import { keys } from "./table.ts";

// A lineage that is held or revoked gets no successor. One that has expired may, within its profile's grace.
const renewable = ["active", "superseded", "expired"] as const satisfies readonly CertificateState[];
const inRenewableState = "#state IN (:active, :superseded, :expired)";
const renewableStates = Object.fromEntries(renewable.map(state => [`:${state}`, state]));

/** With the intent: from now on this enrolment, and no other, may give the certificate a successor. */
export function takeUpRenewal(
  table: RegistryTable,
  enrolment: Enrolment,
  { id, version }: RenewedCertificate,
): TransactItem {
  return {
    Update: {
      TableName: table.tableName,
      Key: keys.certificate(id),
      UpdateExpression:
        "SET renewalEnrolmentId = :enrolment, renewalCount = if_not_exists(renewalCount, :none) + :one, version = version + :one",
      ConditionExpression: `version = :version AND ${inRenewableState}`,
      ExpressionAttributeNames: { "#state": "state" },
      ExpressionAttributeValues: {
        ...renewableStates,
        ":enrolment": enrolment.id,
        ":version": version,
        ":none": 0,
        ":one": 1,
      },
    },
  };
}

/** With the certificate. A revocation or a hold that came between intent and certificate stands in the way here. */
export function joinLineage(
  table: RegistryTable,
  enrolment: Enrolment,
  successor: Certificate,
): readonly TransactItem[] {
  const { renews, replaces } = enrolment;
  return [
    ...(renews === undefined ? [] : [linkToSuccessor(table, renews, enrolment, successor)]),
    ...(replaces === undefined ? [] : [supersedeUnseen(table, replaces, successor)]),
  ];
}

function linkToSuccessor(
  table: RegistryTable,
  renews: Certificate["id"],
  enrolment: Enrolment,
  successor: Certificate,
): TransactItem {
  return {
    Update: {
      TableName: table.tableName,
      Key: keys.certificate(renews),
      UpdateExpression: "SET renewedBy = :successor, version = version + :one",
      ConditionExpression: `renewalEnrolmentId = :enrolment AND ${inRenewableState}`,
      ExpressionAttributeNames: { "#state": "state" },
      ExpressionAttributeValues: {
        ...renewableStates,
        ":successor": successor.id,
        ":enrolment": enrolment.id,
        ":one": 1,
      },
    },
  };
}

/** One that was seen at the edge, or was renewed itself, is in somebody's hands: then it is not replaced. */
function supersedeUnseen(
  table: RegistryTable,
  replaced: Certificate["id"],
  successor: Certificate,
): TransactItem {
  const { duePk, dueSk } = dueKeys(replaced, successor.issuedAt, successor.issuedAt);
  return {
    Update: {
      TableName: table.tableName,
      Key: keys.certificate(replaced),
      UpdateExpression:
        "SET #state = :superseded, supersededAt = :at, renewedBy = :successor, version = version + :one, duePk = :duePk, dueSk = :dueSk",
      ConditionExpression:
        "#state = :active AND attribute_not_exists(lastSeenAt) AND attribute_not_exists(renewalEnrolmentId)",
      ExpressionAttributeNames: { "#state": "state" },
      ExpressionAttributeValues: {
        ":active": "active",
        ":superseded": "superseded",
        ":at": successor.issuedAt.toISOString(),
        ":successor": successor.id,
        ":one": 1,
        ":duePk": duePk,
        ":dueSk": dueSk,
      },
    },
  };
}
