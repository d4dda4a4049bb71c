// The one row that says how the edge store is: two halves, each replaced only by a newer one.
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
});

export function dynamoEdgeStatusRegistry(table: RegistryTable): EdgeStatusRegistry {
  return {
    readEdgeStatus: () => readEdgeStatus(table),
    recordPublication: ({ at, totalBytes, keyCount, limitBytes }) =>
      replaceOlder(table, "publication", { at: at.toISOString(), totalBytes, keyCount, limitBytes }),
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

async function readEdgeStatus(table: RegistryTable): Promise<EdgeStatus> {
  const { Item } = await table.documents.send(
    new GetCommand({ TableName: table.tableName, Key: keys.edgeStatus, ConsistentRead: true }),
  );
  const { publication, reconciliation } = statusRow.parse(Item ?? {});
  return {
    ...(publication === undefined ? {} : { publication }),
    ...(reconciliation === undefined ? {} : { reconciliation: fromRun(reconciliation) }),
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
  half: "publication" | "reconciliation",
  content: Row & { readonly at: string },
): Promise<void> {
  try {
    await table.documents.send(
      new UpdateCommand({
        TableName: table.tableName,
        Key: keys.edgeStatus,
        UpdateExpression: "SET #half = :content, #type = :type",
        ConditionExpression: "attribute_not_exists(#half) OR #half.#at < :at",
        ExpressionAttributeNames: { "#half": half, "#at": "at", "#type": "type" },
        ExpressionAttributeValues: { ":content": content, ":at": content.at, ":type": "edgeStatus" },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
