// The steps of an enrolment between its intent and its end. Each expects the version that was read; somebody faster wins.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { UpdateCommand, type UpdateCommandInput } from "@aws-sdk/lib-dynamodb";
import type { AuditRecord } from "#core/audit.ts";
import type { Enrolment } from "#core/enrolment/enrolment.ts";
import type { Changed, RecordedEnrolment } from "#core/enrolment/ports.ts";
import { assert } from "#core/error.ts";
import { type RegistryTable, transact } from "./client.ts";
import { asRecorded, readEnrolment } from "./read-enrolment.ts";
import { fromEnrolmentRow, type Row } from "./rows.ts";
import { putAudit } from "./side-rows.ts";
import { keys, openPartition, openShards, shardOf } from "./table.ts";

export async function recordAsked(
  table: RegistryTable,
  enrolment: RecordedEnrolment,
  certificateArn: string,
): Promise<RecordedEnrolment> {
  const changed = await change(table, enrolment, { set: { state: "issuing", certificateArn } });
  return changed.enrolment;
}

/** From here on the recovery job looks after it: the CA may know of it. */
export function recordNewAttempt(
  table: RegistryTable,
  enrolment: RecordedEnrolment,
  now: Date,
): Promise<Changed> {
  return change(table, enrolment, {
    set: {
      state: "accepted",
      attempt: enrolment.attempt + 1,
      attemptStartedAt: now.toISOString(),
      duePk: openPartition("OPEN", shardOf(enrolment.id, openShards)),
    },
    remove: ["fruitless"],
  });
}

export async function recordFruitless(
  table: RegistryTable,
  enrolment: RecordedEnrolment,
): Promise<RecordedEnrolment> {
  const set = { state: "accepted", fruitless: true, duePk: queuedPartition(enrolment) };
  return (await change(table, enrolment, { set })).enrolment;
}

export async function recordMoved(
  table: RegistryTable,
  enrolment: RecordedEnrolment,
  to: Pick<Enrolment, "authorityId" | "slot" | "notAfter">,
  audit: AuditRecord,
): Promise<Changed> {
  const set = {
    ...to,
    notAfter: to.notAfter.toISOString(),
    state: "accepted",
    attempt: enrolment.attempt + 1,
    fruitless: true,
    duePk: queuedPartition(enrolment),
  };
  const refusal = await transact(table, [
    { Update: updateOf(table, enrolment, { set }) },
    putAudit(table, { ...audit, tenant: enrolment.tenant }),
  ]);
  return { enrolment: await current(table, enrolment), isMine: refusal === undefined };
}

const queuedPartition = ({ id }: RecordedEnrolment): string =>
  openPartition("QUEUED", shardOf(id, openShards));

type Change = { readonly set: Row; readonly remove?: readonly string[] };

function updateOf(table: RegistryTable, { id, version }: RecordedEnrolment, { set, remove = [] }: Change) {
  const fields = Object.keys(set);
  const removal = remove.length === 0 ? "" : ` REMOVE ${remove.map(field => `#${field}`).join(", ")}`;
  return {
    TableName: table.tableName,
    Key: keys.enrolment(id),
    UpdateExpression: `SET version = version + :one, ${fields.map(field => `#${field} = :${field}`).join(", ")}${removal}`,
    ConditionExpression: "version = :version",
    ExpressionAttributeNames: Object.fromEntries([...fields, ...remove].map(field => [`#${field}`, field])),
    ExpressionAttributeValues: {
      ":one": 1,
      ":version": version,
      ...Object.fromEntries(fields.map(field => [`:${field}`, set[field]])),
    },
  } satisfies UpdateCommandInput;
}

async function change(table: RegistryTable, enrolment: RecordedEnrolment, wanted: Change): Promise<Changed> {
  try {
    const { Attributes } = await table.documents.send(
      new UpdateCommand({ ...updateOf(table, enrolment, wanted), ReturnValues: "ALL_NEW" }),
    );
    assert(Attributes !== undefined, "an update that asks for ALL_NEW answers the row");
    return { enrolment: asRecorded(fromEnrolmentRow(Attributes)), isMine: true };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { enrolment: await current(table, enrolment), isMine: false };
  }
}

async function current(table: RegistryTable, { id }: RecordedEnrolment): Promise<RecordedEnrolment> {
  const row = await readEnrolment(table, id);
  assert(row !== undefined, "a recorded enrolment is never deleted");
  return row;
}
