// Lambda on the local cloud: the functions with their environments, and what triggers each.

import { openCheckpoints } from "../lambda/event-source/checkpoint.ts";
import { startQueueMapping } from "../lambda/event-source/queue-mapping.ts";
import { startStreamMapping } from "../lambda/event-source/stream-mapping.ts";
import type { InvocationTrace } from "../lambda/function-pool.ts";
import { type LambdaServer, startLambdaServer } from "../lambda/server.ts";
import { startLogSubscription } from "../log-subscription/subscription.ts";
import { type Clock, systemClock } from "../wire/clock.ts";
import { functionDefinitions, type LinkValues } from "./function-environment.ts";
import type { Services } from "./services.ts";
import {
  accountId,
  caRevocationQueue,
  connectionLogGroup,
  deadLetterQueue,
  enrolmentQueue,
  queueArn,
  region,
  renewalQueue,
} from "./settings.ts";

export type ComputeOptions = {
  readonly port: number;
  readonly stateDirectory: string | undefined;
  readonly bundleDirectory: string;
  readonly logDirectory: string | undefined;
  readonly clock: Clock;
  readonly clockOffsetMs?: SharedArrayBuffer | undefined;
  readonly services: Services;
  readonly operators: { readonly issuer: string; readonly audience: string; readonly jwksUri: string };
  readonly issuePerSecond: number;
  readonly originCertificate: LinkValues["originCertificate"];
  /** PEM: whom the functions trust besides the public CAs. */
  readonly extraCaFile: string;
  /** The edge's log files, of distributions with a trust store. */
  readonly connectionLogs: readonly string[];
  readonly onInvocation?: ((trace: InvocationTrace) => void) | undefined;
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

const queueTriggers = [
  { functionName: "revoke-at-ca", queue: caRevocationQueue, maximumConcurrency: 2 },
  // Eighty under way: the CA's rate is used up while each takes three seconds, as it may on a busy machine.
  {
    functionName: "issue-queued",
    queue: enrolmentQueue,
    maximumConcurrency: 4,
    batchSize: 20,
    maximumBatchingWindowSeconds: 1,
  },
  { functionName: "issue-renewals", queue: renewalQueue, maximumConcurrency: 2 },
] as const;

export async function startCompute(options: ComputeOptions): Promise<Compute> {
  const { services, stateDirectory } = options;
  const urls = {
    dynamodb: services.dynamodb.url,
    pca: services.pca.url,
    acm: services.acm.url,
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
      issuePerSecond: options.issuePerSecond,
      originCertificate: options.originCertificate,
      extraCaFile: options.extraCaFile,
    }),
    logDirectory: options.logDirectory,
    stateDirectory,
    accountId,
    region,
    onInvocation: options.onInvocation,
    onAsyncFailure: failure => services.queues.send(queueArn(deadLetterQueue), failure),
  });
  const checkpoints = openCheckpoints(stateDirectory);
  // DynamoDB Local dates stream records by the machine's clock, so their age is told by it: a test that moves the cloud's
  // clock by more than a day would find every record too old.
  const shared = { region, accountId, checkpoints, invoke: lambda.invoke, clock: systemClock };
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
    ...queueTriggers.map(({ queue, ...trigger }) =>
      startQueueMapping({
        endpoint: urls.queues,
        region,
        invoke: lambda.invoke,
        mapping: {
          ...trigger,
          queueUrl: `${urls.queues}/${accountId}/${queue}`,
          queueArn: queueArn(queue),
          reportBatchItemFailures: true,
        },
      }),
    ),
  ]);
  const logs = startLogSubscription({
    functionName: "record-seen",
    files: options.connectionLogs,
    source: { owner: accountId, logGroup: connectionLogGroup, subscriptionFilter: "record-seen" },
    checkpoints,
    startAt: stateDirectory === undefined ? "end" : "beginning",
    clock: options.clock,
    invokeAsync: lambda.invokeAsync,
  });
  return {
    lambda,
    stop: async () => {
      logs.stop();
      await Promise.all(mappings.map(mapping => mapping.stop()));
      await lambda.stop();
      checkpoints.close();
    },
  };
}
