// The event source mapping of a DynamoDB stream: finds the shards, reads parents before children, one consumer each.
import { setTimeout as delay } from "node:timers/promises";
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { type Clock, systemClock } from "../../wire/clock.ts";
import { functionArn, type Invoke } from "../function-definition.ts";
import type { Checkpoint, Checkpoints } from "./checkpoint.ts";
import { assertStreamMapping, type StreamMapping } from "./mapping.ts";
import { recordFilter } from "./record-filter.ts";
import { consumeShard } from "./shard-consumer.ts";
import { listShards, openShard, type Shard } from "./shard-reader.ts";
import type { StreamDelivery } from "./stream-delivery.ts";
import { streamFailureMessage } from "./stream-failure.ts";

export type StreamMappingOptions = {
  readonly mapping: StreamMapping;
  /** URL of DynamoDB Local, which serves tables and streams on one port. */
  readonly endpoint: string;
  readonly region: string;
  readonly accountId: string;
  readonly checkpoints: Checkpoints;
  readonly invoke: Invoke;
  /** Takes the message for the on-failure destination; what it rejects with is logged, as AWS only counts it. */
  readonly onFailure?: (message: Readonly<Record<string, unknown>>) => Promise<void>;
  readonly clock?: Clock;
  /** Pause after a read that has found all there was; default 40. AWS reads four times a second. */
  readonly idlePollMs?: number;
  /** Doubles from `firstMs` to `maxMs`; default 200 ms to 30 s. */
  readonly retryDelay?: { readonly firstMs: number; readonly maxMs: number };
};

export type RunningMapping = {
  /** Waits for the invocation that is running, keeps its checkpoint, and stops. */
  readonly stop: () => Promise<void>;
};

const discoverMs = 1000;

/** Resolves when the starting position is fixed: from then on no record is missed. Rejects if the stream is unknown. */
export async function startStreamMapping(options: StreamMappingOptions): Promise<RunningMapping> {
  const { mapping, checkpoints } = options;
  assertStreamMapping(mapping);
  const credentials = { accessKeyId: "eventsource", secretAccessKey: "local" };
  const client = new DynamoDBStreamsClient({
    endpoint: options.endpoint,
    region: options.region,
    credentials,
    maxAttempts: 2,
  });
  // It copies every answer for a logger that nobody has, many times a second.
  client.middlewareStack.remove("loggerMiddleware");
  const stopping = new AbortController();
  const wait = (ms: number): Promise<void> =>
    delay(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
  const shards = await listShards(client, mapping.streamArn);
  if (mapping.startingPosition === "LATEST" && checkpoints.list(keyOf(mapping)).size === 0) {
    checkpoints.save(keyOf(mapping), await Promise.all(shards.map(shard => endOf(client, mapping, shard))));
  }
  const run = runShards({ ...options, client, wait, stopped: () => stopping.signal.aborted });
  return {
    stop: async () => {
      stopping.abort();
      await run;
      client.destroy();
    },
  };
}

type RunOptions = StreamMappingOptions & {
  readonly client: DynamoDBStreamsClient;
  readonly wait: (ms: number) => Promise<void>;
  readonly stopped: () => boolean;
};

async function runShards(options: RunOptions): Promise<void> {
  const { mapping, checkpoints, client } = options;
  const running = new Map<string, Promise<void>>();
  const filter = recordFilter(mapping.filterPatterns);
  let turn = Promise.withResolvers<void>();
  while (!options.stopped()) {
    turn = Promise.withResolvers();
    const shards = await listShards(client, mapping.streamArn).catch(() => []);
    for (const { shardId, after } of readable(shards, checkpoints.list(keyOf(mapping)))) {
      if (running.has(shardId) || options.stopped()) continue;
      const delivery = deliveryOf(options, shardId);
      const consumer = consumeShard({
        ...options,
        shardId,
        region: options.region,
        after,
        filter,
        delivery,
        idlePollMs: options.idlePollMs ?? 40,
      }).then(ended => {
        if (ended) finish(options, shardId);
      });
      const settled = consumer.catch((error: unknown) =>
        console.error(`event source: shard ${shardId}`, error),
      );
      const ended = settled.finally(() => {
        running.delete(shardId);
        // A shard that ends makes its children readable at once.
        turn.resolve();
      });
      running.set(shardId, ended);
    }
    await Promise.race([options.wait(discoverMs), turn.promise]);
  }
  await Promise.all(running.values());
}

/** Shards that are not read to their end and whose parent is gone or read to its end. */
function readable(
  shards: readonly Shard[],
  checkpoints: ReadonlyMap<string, Checkpoint>,
): readonly { readonly shardId: string; readonly after: string | undefined }[] {
  const known = new Set(shards.map(({ shardId }) => shardId));
  return shards
    .filter(({ shardId }) => checkpoints.get(shardId)?.finished !== true)
    .filter(({ parentShardId: parent }) => {
      return parent === undefined || !known.has(parent) || checkpoints.get(parent)?.finished === true;
    })
    .map(({ shardId }) => ({ shardId, after: checkpoints.get(shardId)?.sequenceNumber }));
}

function deliveryOf(options: RunOptions, shardId: string): StreamDelivery {
  const { mapping, checkpoints, onFailure, clock = systemClock } = options;
  const { firstMs, maxMs } = options.retryDelay ?? { firstMs: 200, maxMs: 30_000 };
  return {
    mapping,
    clock,
    invoke: options.invoke,
    stopped: options.stopped,
    backOff: attempt => options.wait(Math.min(maxMs, firstMs * 2 ** Math.min(attempt - 1, 30))),
    checkpoint: sequenceNumber =>
      checkpoints.save(keyOf(mapping), [{ shardId, sequenceNumber, finished: false }]),
    discard: async batch => {
      const message = streamFailureMessage(batch, {
        functionArn: functionArn(options.region, options.accountId, mapping.functionName),
        streamArn: mapping.streamArn,
        shardId,
        now: clock.now(),
      });
      await onFailure?.(message).catch((error: unknown) => {
        console.error(`event source: the destination of ${mapping.functionName} failed`, error);
      });
    },
  };
}

function finish({ mapping, checkpoints }: RunOptions, shardId: string): void {
  const sequenceNumber = checkpoints.list(keyOf(mapping)).get(shardId)?.sequenceNumber;
  checkpoints.save(keyOf(mapping), [{ shardId, sequenceNumber, finished: true }]);
}

/** LATEST as a position that survives a restart: the last record that exists now. */
async function endOf(
  client: DynamoDBStreamsClient,
  mapping: StreamMapping,
  { shardId }: Shard,
): Promise<Checkpoint> {
  const reader = openShard(client, mapping.streamArn, shardId, undefined);
  let sequenceNumber: string | undefined;
  for (;;) {
    const { records, ended } = await reader.next(1000);
    sequenceNumber = records.at(-1)?.dynamodb?.SequenceNumber ?? sequenceNumber;
    if (ended || records.length === 0) return { shardId, sequenceNumber, finished: ended };
  }
}

function keyOf(mapping: StreamMapping): string {
  return `${mapping.functionName} ${mapping.streamArn}`;
}
