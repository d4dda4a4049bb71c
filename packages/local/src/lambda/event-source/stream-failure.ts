// The message that an on-failure destination gets for a given-up stream batch: where the records are, not the records.
// https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
import type { DiscardedBatch } from "./stream-delivery.ts";

export function streamFailureMessage(
  batch: DiscardedBatch,
  place: {
    readonly functionArn: string;
    readonly streamArn: string;
    readonly shardId: string;
    readonly now: Date;
  },
): Readonly<Record<string, unknown>> {
  const [first] = batch.records;
  const last = batch.records.at(-1);
  const { result } = batch;
  return {
    requestContext: {
      requestId: result?.requestId ?? crypto.randomUUID(),
      functionArn: place.functionArn,
      condition: batch.condition,
      approximateInvokeCount: batch.invokeCount,
    },
    ...(result !== undefined && {
      responseContext: {
        statusCode: 200,
        executedVersion: "$LATEST",
        functionError: result.functionError ?? null,
      },
    }),
    version: "1.0",
    timestamp: place.now.toISOString(),
    DDBStreamBatchInfo: {
      shardId: place.shardId,
      startSequenceNumber: first?.sequenceNumber,
      endSequenceNumber: last?.sequenceNumber,
      approximateArrivalOfFirstRecord: new Date(first?.createdMs ?? 0).toISOString(),
      approximateArrivalOfLastRecord: new Date(last?.createdMs ?? 0).toISOString(),
      batchSize: batch.records.length,
      streamArn: place.streamArn,
    },
  };
}
