// The table and the document client every registry adapter shares, and the shape of a refused transaction.
import {
  DynamoDBClient,
  DynamoDBServiceException,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import {
  DynamoDBDocumentClient,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { AppError, fail } from "#core/error.ts";
import type { Row } from "./rows.ts";

export type RegistryTable = { readonly documents: DynamoDBDocumentClient; readonly tableName: string };

/** `AWS_ENDPOINT_URL_DYNAMODB` points it at another endpoint, as for any SDK client. */
export function openRegistryTable(tableName: string): RegistryTable {
  const client = new DynamoDBClient({});
  // It copies every request and answer for a logger that nobody has.
  client.middlewareStack.remove("loggerMiddleware");
  client.middlewareStack.add(
    next => async args => {
      try {
        return await next(args);
      } catch (error) {
        throw isUnavailable(error)
          ? new AppError("registry.unavailable", { retryAfterSeconds: 5 }, error)
          : error;
      }
    },
    { step: "initialize", name: "translateUnavailable", priority: "high" },
  );
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  return { documents, tableName };
}

/** A role that has just changed is refused until IAM has told everybody, so a refusal may pass as an outage does. */
const unavailable = new Set([
  "AccessDeniedException",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "ThrottlingException",
  "TimeoutError",
  // Somebody else's transaction, or our own, sent again after its answer was lost, is still at the row.
  "TransactionConflictException",
  "TransactionInProgressException",
]);

function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return unavailable.has(error.name) || "errno" in error || isServerFault(error);
}

function isServerFault(error: Error): boolean {
  return error instanceof DynamoDBServiceException && error.$fault === "server";
}

export type TransactItem = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

/** Per item, in request order: the item that stood in the way, `"absent"` when its condition failed on no item. */
export type Refusal = readonly (Row | "absent" | undefined)[];

/**
 * Writes all items or none. Answers undefined when written, or what refused it when a condition failed.
 * Items must ask for ALL_OLD on failure. Throws `registry.busy` for conflicts and throttling (retry is safe).
 */
export async function transact(
  table: RegistryTable,
  items: readonly TransactItem[],
): Promise<Refusal | undefined> {
  try {
    await table.documents.send(new TransactWriteCommand({ TransactItems: [...items] }));
    return undefined;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const reasons = error.CancellationReasons ?? [];
    if (reasons.some(reason => reason.Code === "ConditionalCheckFailed")) {
      return reasons.map(reason => {
        if (reason.Code !== "ConditionalCheckFailed") return undefined;
        return reason.Item === undefined || Object.keys(reason.Item).length === 0
          ? "absent"
          : unmarshall(reason.Item);
      });
    }
    return fail("registry.busy", { retryAfterSeconds: 1 }, error);
  }
}
