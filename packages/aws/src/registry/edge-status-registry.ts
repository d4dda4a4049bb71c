// The one row that says how the edge store is: three parts, each replaced only by a newer one.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { EdgeStatus, EdgeStatusRegistry } from "#core/publication/edge-status.ts";
import type { RegistryTable } from "./client.ts";
import type { Row } from "./rows.ts";
import { keys } from "./table.ts";

const date = z.iso.datetime().transform(text => new Date(text));
const found = z.object({ count: z.number() });

const statusRow = z.object({
  publication: z
    .object({ at: date, totalBytes: z.number(), keyCount: z.number(), limitBytes: z.number() })
    .optional(),
  reconciliation: z
    .object({
      id: z.string(),
      startedAt: date,
      at: date,
      keysCompared: z.number(),
      differences: z.object({ missing: found, altered: found, extra: found, coarse: found }),
      inFlight: z.number(),
      keysWritten: z.number(),
      storeFull: z.boolean(),
      stoppedAfter: z.string().optional(),
    })
    .optional(),
  late: z.object({ at: date }).optional(),
});

export function dynamoEdgeStatusRegistry(table: RegistryTable): EdgeStatusRegistry {
  return {
    readEdgeStatus: () => readEdgeStatus(table),
    recordPublication: ({ at, totalBytes, keyCount, limitBytes }) =>
      replaceOlder(table, "publication", { at: at.toISOString(), totalBytes, keyCount, limitBytes }),
    recordLate: at => replaceOlder(table, "late", { at: at.toISOString() }),
    recordReconciliation: run => {
      const { missing, altered, extra, coarse } = run.differences;
      return replaceOlder(table, "reconciliation", {
        id: run.id,
        startedAt: run.startedAt.toISOString(),
        at: run.finishedAt.toISOString(),
        keysCompared: run.keysCompared,
        differences: {
          missing: { count: missing.count },
          altered: { count: altered.count },
          extra: { count: extra.count },
          coarse: { count: coarse.count },
        },
        inFlight: run.inFlight,
        keysWritten: run.keysWritten,
        storeFull: run.storeFull,
        stoppedAfter: run.stoppedAfter,
      });
    },
  };
}

export async function readEdgeStatus(table: RegistryTable): Promise<EdgeStatus> {
  const { Item } = await table.documents.send(
    new GetCommand({ TableName: table.tableName, Key: keys.edgeStatus, ConsistentRead: true }),
  );
  const { publication, reconciliation, late } = statusRow.parse(Item ?? {});
  return {
    ...(publication === undefined ? {} : { publication }),
    ...(reconciliation === undefined ? {} : { reconciliation: fromRun(reconciliation) }),
    ...(late === undefined ? {} : { lateAt: late.at }),
  };
}

function fromRun({
  at,
  stoppedAfter,
  ...run
}: NonNullable<z.infer<typeof statusRow>["reconciliation"]>): NonNullable<EdgeStatus["reconciliation"]> {
  return { ...run, finishedAt: at, ...(stoppedAfter === undefined ? {} : { stoppedAfter }) };
}

/** ISO times of one length compare as text. */
async function replaceOlder(
  table: RegistryTable,
  part: "publication" | "reconciliation" | "late",
  content: Row & { readonly at: string },
): Promise<void> {
  try {
    await table.documents.send(
      new UpdateCommand({
        TableName: table.tableName,
        Key: keys.edgeStatus,
        UpdateExpression: "SET #part = :content, #type = :type",
        ConditionExpression: "attribute_not_exists(#part) OR #part.#at < :at",
        ExpressionAttributeNames: { "#part": part, "#at": "at", "#type": "type" },
        ExpressionAttributeValues: { ":content": content, ":at": content.at, ":type": "edgeStatus" },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
