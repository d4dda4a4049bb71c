// What a sweep costs with so many certificates due, in requests and seconds; and what reading the whole table costs,
// which is what one does without an index of what is due.
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import type { RegistryTable } from "#aws/registry/client.ts";
import { dynamoRevocationRegistry } from "#aws/registry/revocation-registry.ts";
import { dynamoSweepRegistry } from "#aws/registry/sweep-registry.ts";
import { profiles } from "#core/profile/profile.ts";
import { sweepDue } from "#core/rotation/sweep.ts";
import type { GeneratedRegistry } from "./generated-registry.ts";

export type Cost = { readonly requests: number; readonly seconds: number };

/** Throws unless exactly `due` certificates were announced. */
export async function measureSweep(
  { client, table }: GeneratedRegistry,
  now: Date,
  due: number,
): Promise<Cost> {
  let requests = 0;
  const name = "countRequests";
  // Counted where each goes out, so that what the SDK repeats counts too.
  client.middlewareStack.add(
    next => args => {
      requests += 1;
      return next(args);
    },
    { step: "finalizeRequest", priority: "low", name },
  );
  const started = performance.now();
  const result = await sweepDue(
    {
      registry: dynamoSweepRegistry(table, dynamoRevocationRegistry(table)),
      profiles: { find: async () => profiles.device },
      now: () => now,
      onError: (subject, error) => {
        throw new Error(`${subject} was not swept`, { cause: error });
      },
    },
    { requestId: `bench-${now.toISOString()}`, mayGoOn: () => true },
  );
  const seconds = (performance.now() - started) / 1_000;
  client.middlewareStack.remove(name);
  if (result.renewalsDue !== due) {
    throw new Error(`${result.renewalsDue} were announced, not ${due}: ${JSON.stringify(result)}`);
  }
  return { requests, seconds };
}

export type ScanCost = Cost & { readonly rows: number };

/** A Scan of the whole table that keeps what is due. */
export async function measureScan(table: RegistryTable, now: Date): Promise<ScanCost> {
  const started = performance.now();
  let rows = 0;
  let requests = 0;
  let start: Record<string, unknown> | undefined;
  do {
    const { ScannedCount = 0, LastEvaluatedKey } = await table.documents.send(
      new ScanCommand({
        TableName: table.tableName,
        FilterExpression: "begins_with(duePk, :due) AND dueSk < :now",
        ExpressionAttributeValues: { ":due": "DUE#", ":now": now.toISOString() },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    rows += ScannedCount;
    requests += 1;
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return { requests, seconds: (performance.now() - started) / 1_000, rows };
}
