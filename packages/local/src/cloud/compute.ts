// Lambda on the local cloud: the functions with their environments, and what triggers each.

import { connectionLogFunction, queueTriggers, streamTriggers } from "#functions/catalogue/triggers.ts";
import { openCheckpoints } from "../lambda/event-source/checkpoint.ts";
import { startQueueMapping } from "../lambda/event-source/queue-mapping.ts";
import { startStreamMapping } from "../lambda/event-source/stream-mapping.ts";
import type { InvocationTrace } from "../lambda/function-pool.ts";
import { type LambdaServer, startLambdaServer } from "../lambda/server.ts";
import { startLogSubscription } from "../log-subscription/subscription.ts";
import { type Clock, systemClock } from "../wire/clock.ts";
import { functionDefinitions, type LinkValues } from "./function-environment.ts";
import type { Services } from "./services.ts";
import { accountId, connectionLogGroup, deadLetterQueue, queueArn, queueNames, region } from "./settings.ts";

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
  readonly trustStoreId: string;
  readonly webhookKey: string;
  readonly originCertificate: LinkValues["originCertificate"];
  /** PEM: whom the functions trust besides the public CAs. */
  readonly extraCaFile: string;
  /** The edge's log files, of distributions with a trust store. */
  readonly connectionLogs: readonly string[];
  readonly onInvocation?: ((trace: InvocationTrace) => void) | undefined;
};

export type Compute = { readonly lambda: LambdaServer; readonly stop: () => Promise<void> };

export async function startCompute(options: ComputeOptions): Promise<Compute> {
  const { services, stateDirectory } = options;
  const urls = {
    dynamodb: services.dynamodb.url,
    pca: services.pca.url,
    acm: services.acm.url,
    cloudfront: services.cloudfront.url,
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
      trustStoreId: options.trustStoreId,
      operators: options.operators,
      issuePerSecond: options.issuePerSecond,
      webhookKey: options.webhookKey,
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
        endpoint: services.databaseUrl,
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
          queueUrl: `${urls.queues}/${accountId}/${queueNames[queue]}`,
          queueArn: queueArn(queueNames[queue]),
          reportBatchItemFailures: true,
        },
      }),
    ),
  ]);
  const logs = startLogSubscription({
    functionName: connectionLogFunction,
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
