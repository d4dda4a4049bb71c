// The AWS services of the local cloud, started in the order they need each other. Nothing of edgecert runs in here.
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { type AcmServer, startAcmServer } from "../acm/server.ts";
import { type EventBusServer, startEventBusServer } from "../event-bus/server.ts";
import { type KeyValueStoreServer, startKeyValueStoreServer } from "../key-value-store/server.ts";
import { type PcaServer, startPcaServer } from "../pca/server.ts";
import type { Clock } from "../wire/clock.ts";
import type { FaultInjector } from "../wire/faults.ts";
import type { RunningServer } from "../wire/listen.ts";
import { putBusRules } from "./bus-rules.ts";
import { createRegistryTable } from "./create-table.ts";
import { startDynamoDb } from "./dynamodb.ts";
import { type QueueServer, startQueues } from "./queues.ts";
import { accountId, operatorCredentials, type Ports, region, storeName, tableName } from "./settings.ts";

export type ServiceOptions = {
  readonly ports: Ports;
  /** Undefined keeps everything in memory. */
  readonly stateDirectory: string | undefined;
  readonly clock: Clock;
  /** `relaxed` lifts Private CA's request rates, for load work only. */
  readonly limits: "aws" | "relaxed";
  readonly propagationDelayMs: number;
  readonly faults?: FaultInjector | undefined;
  /** Delivers an event to a Lambda function, asynchronously as EventBridge does. */
  readonly invokeFunction: (functionName: string, event: unknown) => void;
  /** Ends a start that is under way: it rejects, and nothing is left running. */
  readonly signal?: AbortSignal | undefined;
};

export type Services = {
  readonly dynamodb: RunningServer;
  readonly pca: PcaServer;
  readonly acm: AcmServer;
  readonly keyValueStore: KeyValueStoreServer;
  readonly eventBus: EventBusServer;
  readonly queues: QueueServer;
  readonly storeArn: string;
  readonly streamArn: string;
  readonly stop: () => Promise<void>;
};

export async function startServices(options: ServiceOptions): Promise<Services> {
  const { ports, clock, faults, stateDirectory } = options;
  const shared = { stateDirectory, clock, accountId, ...(faults === undefined ? {} : { faults }) };
  const started: RunningServer[] = [];
  const keep = <T extends RunningServer>(server: T): T => {
    started.push(server);
    return server;
  };
  const stop = async (): Promise<void> => {
    for (const server of started.reverse()) await server.stop();
  };
  // The database takes longest, so the others start while the JVM does. If one of them fails, it need not go on.
  const failed = new AbortController();
  const database = startDynamoDb({
    port: ports.dynamodb,
    stateDirectory: stateDirectory === undefined ? undefined : join(stateDirectory, "dynamodb"),
    signal: AbortSignal.any([failed.signal, ...(options.signal === undefined ? [] : [options.signal])]),
  }).then(keep);
  // Awaited below; until then its failure must not count as unhandled.
  database.catch(() => undefined);
  try {
    const queues = keep(await startQueues(ports.queues, stateDirectory));
    const eventBus = keep(
      await startEventBusServer({
        ...shared,
        port: ports.eventBus,
        region,
        invokeTarget: async (target, event) => {
          const functionName = /:function:([a-z-]+)$/.exec(target.Arn)?.[1];
          if (functionName === undefined) await queues.send(target.Arn, event);
          else options.invokeFunction(functionName, event);
        },
        deadLetter: (queueArn, event, attributes) => queues.send(queueArn, event, attributes),
      }),
    );
    const pca = keep(
      await startPcaServer({
        ...shared,
        port: ports.pca,
        region,
        limits: options.limits,
        s3Endpoint: queues.url,
        onEvent: event => eventBus.publishServiceEvent(event),
      }),
    );
    const { propagationDelayMs } = options;
    const acm = keep(
      await startAcmServer({
        ...shared,
        port: ports.acm,
        region,
        limits: options.limits,
        propagationDelayMs,
      }),
    );
    const keyValueStore = keep(
      await startKeyValueStoreServer({ ...shared, port: ports.keyValueStore, propagationDelayMs }),
    );
    const { arn: storeArn } = keyValueStore.createStore(storeName);
    const dynamodb = await database;
    const sdk = { region, credentials: operatorCredentials };
    const streamArn = await createRegistryTable(
      new DynamoDBClient({ ...sdk, endpoint: dynamodb.url }),
      tableName,
    );
    await putBusRules(new EventBridgeClient({ ...sdk, endpoint: eventBus.url }));
    return { dynamodb, pca, acm, keyValueStore, eventBus, queues, storeArn, streamArn, stop };
  } catch (error) {
    failed.abort();
    await database.catch(() => undefined);
    await stop();
    throw error;
  }
}
