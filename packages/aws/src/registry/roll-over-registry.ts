// The authority's row as a roll-over changes it: its state, and the proof that its certificates get through the edge.
import type { AuditRecord } from "#core/audit.ts";
import type { Authority, AuthorityState } from "#core/authority/authority.ts";
import type { OutgoingEvent } from "#core/event/outgoing.ts";
import type { RollOverRegistry } from "#core/roll-over/ports.ts";
import { sha256Fields } from "#core/sha256.ts";
import { findLiveCertificate } from "./authority-certificates.ts";
import { listAuthorities } from "./authority-registry.ts";
import { type RegistryTable, transact } from "./client.ts";
import { findOpenEnrolment } from "./open-enrolments.ts";
import { readSeen } from "./seen-tally.ts";
import { putAudit, putOutbox } from "./side-rows.ts";
import { keys } from "./table.ts";
import { readTrustStore } from "./trust-store-registry.ts";

export function dynamoRollOverRegistry(table: RegistryTable): RollOverRegistry {
  return {
    listAuthorities: () => listAuthorities(table),
    readTrustStore: () => readTrustStore(table),
    findLiveCertificate: (authority, now) => findLiveCertificate(table, authority, now),
    findOpenEnrolment: authorityId => findOpenEnrolment(table, row => row.authorityId === authorityId),
    recordState: (authority, to, at, audit, event) => recordState(table, authority, to, at, audit, event),
    recordRehearsal: async ({ id }, { certificateId, at }, audit) => {
      const refusal = await transact(table, [
        {
          Update: {
            TableName: table.tableName,
            Key: keys.authority(id),
            UpdateExpression: "SET rehearsal = :rehearsal, version = version + :one",
            ConditionExpression: "#state = :prepared",
            ExpressionAttributeNames: { "#state": "state" },
            ExpressionAttributeValues: {
              ":rehearsal": { certificateId, at: at.toISOString() },
              ":prepared": "prepared",
              ":one": 1,
            },
          },
        },
        putAudit(table, audit),
      ]);
      return refusal === undefined;
    },
    readSeen: days => readSeen(table, days),
    recordAudit: async audit => void (await transact(table, [putAudit(table, audit)])),
  };
}

async function recordState(
  table: RegistryTable,
  { id, state, stateChangedAt }: Authority,
  to: AuthorityState,
  at: Date,
  audit: AuditRecord,
  event: OutgoingEvent,
): Promise<boolean> {
  const sets = [
    "#state = :to",
    "stateChangedAt = :at",
    "version = version + :one",
    ...(to === "active" ? ["activatedAt = :at"] : []),
  ];
  const refusal = await transact(table, [
    {
      Update: {
        TableName: table.tableName,
        Key: keys.authority(id),
        // What was rehearsed before it issued says nothing about the next time.
        UpdateExpression: `SET ${sets.join(", ")}${to === "prepared" ? " REMOVE rehearsal" : ""}`,
        // The version moves with every block that is cut; a state that came back to what it was is another one.
        ConditionExpression: `#state = :from AND ${stateChangedAt === undefined ? "attribute_not_exists(stateChangedAt)" : "stateChangedAt = :since"}`,
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: {
          ":to": to,
          ":from": state,
          ":at": at.toISOString(),
          ":one": 1,
          ...(stateChangedAt === undefined ? {} : { ":since": stateChangedAt.toISOString() }),
        },
      },
    },
    putAudit(table, audit),
    putOutbox(table, await sha256Fields(id, audit.requestId), at, event),
  ]);
  return refusal === undefined;
}
