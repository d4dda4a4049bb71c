// The registry's side of the reconciliation with a CA: how far it has come, and the certificates that no enrolment owns.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Certificate } from "#core/certificate/certificate.ts";
import type { Progress, ReconciliationRegistry } from "#core/reconciliation/ports.ts";
import { offsetOf, pageKey, pageOf, type Slot } from "#core/slot-page/slot.ts";
import { listAuthorities } from "./authority-registry.ts";
import { knownFindings, recordFindings } from "./ca-finding-row.ts";
import type { RegistryTable } from "./client.ts";
import { listOpenEnrolments, type OpenKind } from "./open-enrolments.ts";
import { readOrphans, recordOrphan } from "./orphan-row.ts";
import { readCertificates } from "./read-certificate.ts";
import { keys, offsetText, openShards, shardOf } from "./table.ts";

export function dynamoReconciliationRegistry(table: RegistryTable): ReconciliationRegistry {
  return {
    listAuthorities: () => listAuthorities(table),
    readCertificates: ids => readCertificates(table, ids),
    readProgress: authorityId => readProgress(table, authorityId),
    recordProgress: (authorityId, progress, previous) =>
      recordProgress(table, authorityId, progress, previous),
    listOpenSlots: authorityId => listOpenSlots(table, authorityId),
    isSlotTaken: (authorityId, slot) => isSlotTaken(table, authorityId, slot),
    readOrphans: ids => readOrphans(table, ids),
    recordOrphan: (orphan, audit) => recordOrphan(table, orphan, audit),
    recordOrphanRevokedAtCa: async (id, at) => {
      await table.documents.send(
        new UpdateCommand({
          TableName: table.tableName,
          Key: keys.orphan(id),
          UpdateExpression: "SET revokedAtCaAt = if_not_exists(revokedAtCaAt, :at)",
          ConditionExpression: "attribute_exists(pk)",
          ExpressionAttributeValues: { ":at": at.toISOString() },
        }),
      );
    },
    knownFindings: (authorityId, findings) => knownFindings(table, authorityId, findings),
    recordFindings: (authorityId, findings) => recordFindings(table, authorityId, findings),
    recordOwedAgain: certificate => recordOwedAgain(table, certificate),
  };
}

const date = z.iso.datetime().transform(text => new Date(text));
const progressRow = z.object({ reportId: z.string(), judgedUntil: date, fullPassAt: date });

export async function readProgress(table: RegistryTable, authorityId: string): Promise<Progress | undefined> {
  const { Item } = await table.documents.send(
    new GetCommand({
      TableName: table.tableName,
      Key: keys.caReconciliation(authorityId),
      ConsistentRead: true,
    }),
  );
  return Item === undefined ? undefined : progressRow.parse(Item);
}

async function recordProgress(
  table: RegistryTable,
  authorityId: string,
  { reportId, judgedUntil, fullPassAt }: Progress,
  previous: Progress | undefined,
): Promise<void> {
  try {
    await table.documents.send(
      new PutCommand({
        TableName: table.tableName,
        Item: {
          ...keys.caReconciliation(authorityId),
          type: "caReconciliation",
          reportId,
          judgedUntil: judgedUntil.toISOString(),
          fullPassAt: fullPassAt.toISOString(),
        },
        ...(previous === undefined
          ? { ConditionExpression: "attribute_not_exists(pk)" }
          : {
              ConditionExpression: "reportId = :reportId AND judgedUntil = :judgedUntil",
              ExpressionAttributeValues: {
                ":reportId": previous.reportId,
                ":judgedUntil": previous.judgedUntil.toISOString(),
              },
            }),
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

async function listOpenSlots(table: RegistryTable, authorityId: string) {
  const slotsOf = async (kind: OpenKind): Promise<readonly Slot[]> => {
    const slots: Slot[] = [];
    for await (const page of listOpenEnrolments(table, kind)) {
      for (const enrolment of page) if (enrolment.authorityId === authorityId) slots.push(enrolment.slot);
    }
    return slots;
  };
  // The asked ones before and after: an enrolment that goes from one list to the other meanwhile is in one of them.
  const before = await slotsOf("OPEN");
  const queued = await slotsOf("QUEUED");
  return { asked: new Set([...before, ...(await slotsOf("OPEN"))]), queued: new Set(queued) };
}

async function isSlotTaken(table: RegistryTable, authorityId: string, slot: Slot): Promise<boolean> {
  const { Count = 0 } = await table.documents.send(
    new QueryCommand({
      TableName: table.tableName,
      IndexName: "bySlot",
      KeyConditionExpression: "slotPk = :page AND slotSk = :offset",
      ExpressionAttributeValues: {
        ":page": pageKey(authorityId, pageOf(slot)),
        ":offset": offsetText(offsetOf(slot)),
      },
      Select: "COUNT",
    }),
  );
  return Count > 0;
}

/** What the CA is owed stands in the index by due; a row that has left it although the CA was not told goes back. */
async function recordOwedAgain(table: RegistryTable, certificate: Certificate): Promise<boolean> {
  const revokedAt = (certificate.revocation?.revokedAt ?? certificate.issuedAt).toISOString();
  try {
    await table.documents.send(
      new UpdateCommand({
        TableName: table.tableName,
        Key: keys.certificate(certificate.id),
        UpdateExpression: "SET duePk = :duePk, dueSk = :dueSk REMOVE revokedAtCaAt",
        ConditionExpression: "#state = :revoked AND attribute_not_exists(duePk)",
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: {
          ":revoked": "revoked",
          ":duePk": `CA-REVOCATION#${shardOf(certificate.sha256, openShards)}`,
          ":dueSk": `${revokedAt}#${certificate.id}`,
        },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
