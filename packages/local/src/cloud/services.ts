// The AWS services of the local cloud, started in the order they need each other. Nothing of edgecert runs in here.
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { authoriser, type GrantUse } from "../access/authorise.ts";
import { type AcmServer, startAcmServer } from "../acm/server.ts";
import { type CloudFrontServer, startCloudFrontServer } from "../cloudfront/server.ts";
import { type EventBusServer, startEventBusServer } from "../event-bus/server.ts";
import { type KeyValueStoreServer, startKeyValueStoreServer } from "../key-value-store/server.ts";
import { type PcaServer, startPcaServer } from "../pca/server.ts";
import type { Clock } from "../wire/clock.ts";
import type { FaultInjector } from "../wire/faults.ts";
import type { RunningServer } from "../wire/listen.ts";
import { putBusRules } from "./bus-rules.ts";
import { createRegistryTable } from "./create-table.ts";
import { startDatabaseDoor, startQueueDoor } from "./doors.ts";
import { startDynamoDb } from "./dynamodb.ts";
import { type QueueServer, startQueues } from "./queues.ts";
import { accountId, operatorCredentials, type Ports, region, storeName, tableName } from "./settings.ts";
import { type StageArns, stageArns } from "./stage-arns.ts";

export type ServiceOptions = {
  readonly ports: Ports;
  /** Undefined keeps everything in memory. */
  readonly stateDirectory: string | undefined;
  readonly clock: Clock;
  /** `relaxed` lifts Private CA's request rates, for load work only. */
  readonly limits: "aws" | "relaxed";
  readonly propagationDelayMs: number;
  readonly faults?: FaultInjector | undefined;
  /** Told of each grant that a function has used. */
  readonly onGrantUse?: ((use: GrantUse) => void) | undefined;
  /** Delivers an event to a Lambda function, asynchronously as EventBridge does. */
  readonly invokeFunction: (functionName: string, event: unknown) => void;
  /** Ends a start that is under way: it rejects, and nothing is left running. */
  readonly signal?: AbortSignal | undefined;
};

export type Services = {
  readonly dynamodb: RunningServer;
  /** The engine behind it, for what AWS itself does with the table. */
  readonly databaseUrl: string;
  readonly pca: PcaServer;
  readonly acm: AcmServer;
  readonly keyValueStore: KeyValueStoreServer;
  readonly cloudfront: CloudFrontServer;
  readonly eventBus: EventBusServer;
  readonly queues: QueueServer;
  readonly storeArn: string;
  readonly streamArn: string;
  /** What the roles of the functions are confined to. */
  readonly arns: StageArns;
  readonly stop: () => Promise<void>;
};

export async function startServices(options: ServiceOptions): Promise<Services> {
  const { ports, clock, faults, stateDirectory } = options;
  let pca: PcaServer | undefined;
  const arns = stageArns(() => pca?.subordinates() ?? []);
  const authorise = authoriser({ accountId, arns: arns.current, onUse: options.onGrantUse });
  const shared = { stateDirectory, clock, accountId, authorise, ...(faults === undefined ? {} : { faults }) };
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
    port: 0,
    stateDirectory: stateDirectory === undefined ? undefined : join(stateDirectory, "dynamodb"),
    signal: AbortSignal.any([failed.signal, ...(options.signal === undefined ? [] : [options.signal])]),
  }).then(keep);
  // Awaited below; until then its failure must not count as unhandled.
  database.catch(() => undefined);
  try {
    const emulator = keep(await startQueues(0, stateDirectory));
    const queueDoor = { port: ports.queues, serviceUrl: emulator.url, authorise };
    const queues = { ...emulator, ...keep(await startQueueDoor(queueDoor)) };
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
    pca = keep(
      await startPcaServer({
        ...shared,
        port: ports.pca,
        region,
        limits: options.limits,
        s3Endpoint: emulator.url,
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
    const cloudfront = keep(
      await startCloudFrontServer({
        ...shared,
        port: ports.cloudfront,
        s3Endpoint: emulator.url,
        activationDelayMs: propagationDelayMs,
        keyValueStores: () => ({ [storeName]: storeArn }),
      }),
    );
    const engine = await database;
    const databaseDoor = { port: ports.dynamodb, serviceUrl: engine.url, authorise };
    const dynamodb = keep(await startDatabaseDoor(databaseDoor));
    const sdk = { region, credentials: operatorCredentials };
    const streamArn = await createRegistryTable(
      new DynamoDBClient({ ...sdk, endpoint: engine.url }),
      tableName,
    );
    await putBusRules(new EventBridgeClient({ ...sdk, endpoint: eventBus.url }));
    arns.learn({ edgeStore: [storeArn], tableStream: [streamArn] });
    return {
      dynamodb,
      databaseUrl: engine.url,
      pca,
      acm,
      keyValueStore,
      cloudfront,
      eventBus,
      queues,
      storeArn,
      streamArn,
      arns,
      stop,
    };
  } catch (error) {
    failed.abort();
    await database.catch(() => undefined);
    await stop();
    throw error;
  }
}
