// Orders whose certificates have yet to follow: which are due, how far each has come, and what there is to revoke.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { DeleteCommand, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { assert } from "#core/error.ts";
import type { FollowRegistry, FollowTask } from "#core/order/follow-order.ts";
import { certificatesOfPage } from "./certificates-of-page.ts";
import type { RegistryTable } from "./client.ts";
import { listDueKeys } from "./due.ts";
import { followDuePk, followDueSk, fromFollowTaskRow } from "./follow-task-row.ts";
import { hasOpenEnrolment } from "./open-enrolments.ts";
import { readCertificates } from "./read-certificate.ts";
import { recordRevocation } from "./revocation-registry.ts";
import { keys } from "./table.ts";

export function dynamoFollowRegistry(table: RegistryTable): FollowRegistry {
  return {
    listPage: page => certificatesOfPage(table, page),
    readCertificates: ids => readCertificates(table, ids),
    // The order stands over the slot until its page is gone: a denied slot would say the same again.
    recordOrderedRevocation: (certificate, revocation, audit) =>
      recordRevocation(table, certificate, revocation, audit, []),
    hasOpenEnrolment: orders => hasOpenEnrolment(table, orders),
    saveTask: (task, next) => saveTask(table, task, next),
    finishTask: task => finishTask(table, task),
  };
}

/** At most 25, oldest first. The index names them; the rows themselves are read strongly. */
export async function listFollowTasks(table: RegistryTable, now: Date): Promise<readonly FollowTask[]> {
  const due = await listDueKeys(table, followDuePk, now);
  const rows = await Promise.all(
    due.map(key =>
      table.documents.send(new GetCommand({ TableName: table.tableName, Key: key, ConsistentRead: true })),
    ),
  );
  return rows.flatMap(({ Item }) => (Item === undefined ? [] : [fromFollowTaskRow(Item)]));
}

async function saveTask(
  table: RegistryTable,
  task: FollowTask,
  next: { readonly page: number; readonly quietAt: Date | undefined; readonly dueAt: Date },
): Promise<FollowTask | undefined> {
  const { page, quietAt, dueAt } = next;
  try {
    const { Attributes } = await table.documents.send(
      new UpdateCommand({
        TableName: table.tableName,
        Key: keys.follow(task.order.id),
        UpdateExpression: `SET page = :page, version = version + :one, dueSk = :dueSk${quietAt === undefined ? "" : ", quietAt = :quietAt"}`,
        ConditionExpression: "version = :version",
        ExpressionAttributeValues: {
          ":page": page,
          ":one": 1,
          ":version": task.version,
          ":dueSk": followDueSk(task.order, dueAt),
          ...(quietAt === undefined ? {} : { ":quietAt": quietAt.toISOString() }),
        },
        ReturnValues: "ALL_NEW",
      }),
    );
    assert(Attributes !== undefined, "an update that asks for ALL_NEW answers the row");
    return fromFollowTaskRow(Attributes);
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

async function finishTask(table: RegistryTable, task: FollowTask): Promise<void> {
  try {
    await table.documents.send(
      new DeleteCommand({
        TableName: table.tableName,
        Key: keys.follow(task.order.id),
        ConditionExpression: "version = :version",
        ExpressionAttributeValues: { ":version": task.version },
      }),
    );
  } catch (error) {
    // Somebody else was faster, and finishes it too.
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
