// Lambda on the local cloud: the functions with their environments, and what triggers each.

import { openCheckpoints } from "../lambda/event-source/checkpoint.ts";
import { startQueueMapping } from "../lambda/event-source/queue-mapping.ts";
import { startStreamMapping } from "../lambda/event-source/stream-mapping.ts";
import { type LambdaServer, startLambdaServer } from "../lambda/server.ts";
import type { Clock } from "../wire/clock.ts";
import { functionDefinitions } from "./function-environment.ts";
import type { Services } from "./services.ts";
import { accountId, caRevocationQueue, deadLetterQueue, queueArn, region } from "./settings.ts";

export type ComputeOptions = {
  readonly port: number;
  readonly stateDirectory: string | undefined;
  readonly bundleDirectory: string;
  readonly logDirectory: string | undefined;
  readonly clock: Clock;
  readonly clockOffsetMs?: SharedArrayBuffer | undefined;
  readonly services: Services;
  readonly operators: { readonly issuer: string; readonly audience: string; readonly jwksUri: string };
};

export type Compute = { readonly lambda: LambdaServer; readonly stop: () => Promise<void> };

// Stream filters, as the event source mappings declare them on AWS.
const keyPrefix = (name: "pk" | "sk", prefix: string): string =>
  JSON.stringify({ dynamodb: { Keys: { [name]: { S: [{ prefix }] } } } });

const streamTriggers = [
  {
    functionName: "publish-edge",
    filterPatterns: [
      keyPrefix("pk", "PAGE#"),
      keyPrefix("pk", "ORDERS#"),
      keyPrefix("pk", "SERIALS#"),
      keyPrefix("sk", "AUTHORITY#"),
    ],
    batchSize: 1_000,
    bisectBatchOnFunctionError: false,
  },
  {
    functionName: "relay-outbox",
    filterPatterns: [
      JSON.stringify({ eventName: ["INSERT"], dynamodb: { Keys: { pk: { S: [{ prefix: "OUTBOX#" }] } } } }),
    ],
    batchSize: 100,
    bisectBatchOnFunctionError: true,
  },
] as const;

export async function startCompute(options: ComputeOptions): Promise<Compute> {
  const { services, stateDirectory } = options;
  const urls = {
    dynamodb: services.dynamodb.url,
    pca: services.pca.url,
    keyValueStore: services.keyValueStore.url,
    eventBus: services.eventBus.url,
    queues: services.queues.url,
  };
  const lambda = await startLambdaServer({
    port: options.port,
    clock: options.clock,
    clockOffsetMs: options.clockOffsetMs,
    functions: functionDefinitions(options.bundleDirectory, urls, {
      storeArn: services.storeArn,
      operators: options.operators,
    }),
    logDirectory: options.logDirectory,
    stateDirectory,
    accountId,
    region,
    onAsyncFailure: failure => services.queues.send(queueArn(deadLetterQueue), failure),
  });
  const checkpoints = openCheckpoints(stateDirectory);
  const shared = { region, accountId, checkpoints, invoke: lambda.invoke, clock: options.clock };
  const mappings = await Promise.all([
    ...streamTriggers.map(trigger =>
      startStreamMapping({
        ...shared,
        endpoint: urls.dynamodb,
        mapping: {
          ...trigger,
          streamArn: services.streamArn,
          startingPosition: "TRIM_HORIZON",
          reportBatchItemFailures: true,
        },
        onFailure: message => services.queues.send(queueArn(deadLetterQueue), message),
      }),
    ),
    startQueueMapping({
      endpoint: urls.queues,
      region,
      invoke: lambda.invoke,
      mapping: {
        functionName: "revoke-at-ca",
        queueUrl: `${urls.queues}/${accountId}/${caRevocationQueue}`,
        queueArn: queueArn(caRevocationQueue),
        reportBatchItemFailures: true,
        maximumConcurrency: 2,
      },
    }),
  ]);
  return {
    lambda,
    stop: async () => {
      await Promise.all(mappings.map(mapping => mapping.stop()));
      await lambda.stop();
      checkpoints.close();
    },
  };
}
