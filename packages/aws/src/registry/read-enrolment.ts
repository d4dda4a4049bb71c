// Reads enrolments, and marks them as what only the registry can say: on disk.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { Enrolment, EnrolmentId } from "#core/enrolment/enrolment.ts";
import type { RecordedEnrolment } from "#core/enrolment/ports.ts";
import type { RegistryTable } from "./client.ts";
import { readRows } from "./read-rows.ts";
import { fromEnrolmentRow } from "./rows.ts";
import { keys } from "./table.ts";

/** The brand says "on disk", which is what these adapters know and nobody else does. */
export function asRecorded(enrolment: Enrolment): RecordedEnrolment {
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

/** Strongly consistent. Absent ones are left out; order is not kept. */
export async function readEnrolments(
  table: RegistryTable,
  ids: readonly EnrolmentId[],
): Promise<readonly RecordedEnrolment[]> {
  const rows = await readRows(table, ids.map(keys.enrolment));
  return rows.map(row => asRecorded(fromEnrolmentRow(row)));
}
