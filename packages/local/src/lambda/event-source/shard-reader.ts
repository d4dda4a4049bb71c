// Reads DynamoDB Streams: which shards there are, and one shard's records in order from a position on.
import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  type _Record as StreamRecord,
} from "@aws-sdk/client-dynamodb-streams";

export type Shard = { readonly shardId: string; readonly parentShardId: string | undefined };

export type ShardPage = {
  readonly records: readonly StreamRecord[];
  /** The shard is closed and this was its last page. */
  readonly ended: boolean;
};

export type ShardReader = { readonly next: (limit: number) => Promise<ShardPage> };

export async function listShards(
  client: DynamoDBStreamsClient,
  streamArn: string,
): Promise<readonly Shard[]> {
  const shards: Shard[] = [];
  let after: string | undefined;
  do {
    const { StreamDescription } = await client.send(
      new DescribeStreamCommand({ StreamArn: streamArn, ExclusiveStartShardId: after }),
    );
    for (const { ShardId, ParentShardId } of StreamDescription?.Shards ?? []) {
      if (ShardId !== undefined) shards.push({ shardId: ShardId, parentShardId: ParentShardId });
    }
    after = StreamDescription?.LastEvaluatedShardId;
  } while (after !== undefined);
  return shards;
}

/** Opens a shard after `sequenceNumber`, or at its first record. A failed `next` may be called again. */
export function openShard(
  client: DynamoDBStreamsClient,
  streamArn: string,
  shardId: string,
  sequenceNumber: string | undefined,
): ShardReader {
  let position = sequenceNumber;
  let iterator: string | undefined;
  return {
    next: async limit => {
      iterator ??= await openIterator(client, { StreamArn: streamArn, ShardId: shardId }, position);
      const output = await client
        .send(new GetRecordsCommand({ ShardIterator: iterator, Limit: Math.min(limit, 1000) }))
        .catch((error: unknown) => {
          // An iterator lives 15 minutes; after any failure the position is the safe way back in.
          iterator = undefined;
          throw error;
        });
      iterator = output.NextShardIterator;
      const records = output.Records ?? [];
      position = records.at(-1)?.dynamodb?.SequenceNumber ?? position;
      return { records, ended: iterator === undefined };
    },
  };
}

async function openIterator(
  client: DynamoDBStreamsClient,
  shard: Pick<GetShardIteratorCommandInput, "StreamArn" | "ShardId">,
  position: string | undefined,
): Promise<string | undefined> {
  const horizon = { ...shard, ShardIteratorType: "TRIM_HORIZON" } as const;
  const input =
    position === undefined
      ? horizon
      : ({ ...shard, ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: position } as const);
  try {
    return (await client.send(new GetShardIteratorCommand(input))).ShardIterator;
  } catch (error) {
    // Down for more than a day: the records after the position are gone, the oldest kept one is next.
    if (!(error instanceof Error && error.name === "TrimmedDataAccessException")) throw error;
    return (await client.send(new GetShardIteratorCommand(horizon))).ShardIterator;
  }
}
