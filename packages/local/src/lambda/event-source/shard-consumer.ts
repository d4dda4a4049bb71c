// Takes one shard from its checkpoint to its end: reads, filters, gathers batches, delivers them in order.
import type { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { payloadLimits } from "../function-definition.ts";
import type { RecordFilter } from "./record-filter.ts";
import { openShard, type ShardReader } from "./shard-reader.ts";
import { deliverBatch, type StreamDelivery } from "./stream-delivery.ts";
import { type LambdaStreamRecord, lambdaStreamRecord } from "./stream-record.ts";

export type ShardConsumerOptions = {
  readonly client: DynamoDBStreamsClient;
  readonly shardId: string;
  readonly region: string;
  readonly after: string | undefined;
  readonly filter: RecordFilter;
  readonly delivery: StreamDelivery;
  readonly idlePollMs: number;
  /** Resolves early when the mapping stops. */
  readonly wait: (ms: number) => Promise<void>;
};

type Batch = {
  readonly records: readonly LambdaStreamRecord[];
  /** Read, but over the payload limit: the start of the next batch. */
  readonly carried: readonly LambdaStreamRecord[];
  /** The last record read, matching or not. */
  readonly lastRead: string | undefined;
  readonly ended: boolean;
};

const readErrorDelayMs = 500;
// Room for the `{"Records":[…]}` around the records.
const maxBatchBytes = payloadLimits.synchronousRequestBytes - 1024;

/** Resolves to true when the shard is closed and done, to false when the mapping stopped before. */
export async function consumeShard(options: ShardConsumerOptions): Promise<boolean> {
  const { client, shardId, delivery } = options;
  const reader = openShard(client, delivery.mapping.streamArn, shardId, options.after);
  let carried: readonly LambdaStreamRecord[] = [];
  while (!delivery.stopped()) {
    const batch = await gather(options, reader, carried);
    if (batch.records.length > 0) await deliverBatch(delivery, batch.records);
    if (delivery.stopped()) return false;
    carried = batch.carried;
    if (carried.length > 0) continue;
    // Past the records that the filter left out, too.
    if (batch.lastRead !== undefined) delivery.checkpoint(batch.lastRead);
    if (batch.ended) return true;
  }
  return false;
}

/** Reads until the batch is full, its window is over or the shard ends. Resolves early, with what it has, on stop. */
async function gather(
  options: ShardConsumerOptions,
  reader: ShardReader,
  carried: readonly LambdaStreamRecord[],
): Promise<Batch> {
  const { delivery, filter, region } = options;
  const { batchSize = 100, maximumBatchingWindowSeconds = 0, streamArn } = delivery.mapping;
  const records = [...carried];
  let lastRead = carried.at(-1)?.sequenceNumber;
  let windowEndMs: number | undefined;
  let ended = false;
  while (!ended && records.length < batchSize && !delivery.stopped()) {
    if (records.length > 0) {
      windowEndMs ??= performance.now() + maximumBatchingWindowSeconds * 1000;
      if (performance.now() >= windowEndMs) break;
    }
    const wanted = batchSize - records.length;
    const page = await readPage(options, reader, wanted);
    ended = page.ended;
    const read = page.records.map(record => lambdaStreamRecord(record, streamArn, region));
    lastRead = read.at(-1)?.sequenceNumber ?? lastRead;
    records.push(...read.filter(({ event }) => filter(event)));
    if (records.length === 0 && lastRead !== undefined && read.length > 0) delivery.checkpoint(lastRead);
    // A page that is not full was the last for now. Reading on at once would cost a call for every few records.
    const goesOn = records.length === 0 || maximumBatchingWindowSeconds > 0;
    if (goesOn && read.length < wanted && !ended) await options.wait(options.idlePollMs);
  }
  const fitting = fittingCount(records);
  return { records: records.slice(0, fitting), carried: records.slice(fitting), lastRead, ended };
}

async function readPage(
  options: ShardConsumerOptions,
  reader: ShardReader,
  limit: number,
): ReturnType<ShardReader["next"]> {
  try {
    return await reader.next(limit);
  } catch (error) {
    if (!options.delivery.stopped()) {
      console.error(`event source: shard ${options.shardId}: ${String(error)}`);
      await options.wait(readErrorDelayMs);
    }
    return { records: [], ended: false };
  }
}

/** How many of the records fit into one invocation; at least one, which no item of DynamoDB's 400 KB can exceed. */
function fittingCount(records: readonly LambdaStreamRecord[]): number {
  let sizeBytes = 0;
  for (const [index, { event }] of records.entries()) {
    sizeBytes += Buffer.byteLength(JSON.stringify(event)) + 1;
    if (sizeBytes > maxBatchBytes) return Math.max(1, index);
  }
  return records.length;
}
