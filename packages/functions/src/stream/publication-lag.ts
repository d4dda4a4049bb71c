// How long the oldest change of a stream batch has waited for the edge.
import type { DynamoDBRecord } from "aws-lambda";

/**
 * Milliseconds; undefined for a batch whose records say nothing of their time. Rows carry their own: the stream's
 * `ApproximateCreationDateTime` is rounded to seconds on AWS and to minutes by DynamoDB Local.
 */
export function publicationLagMs(records: readonly DynamoDBRecord[], now: Date): number | undefined {
  const recorded = records.map(recordedMs).filter(time => time !== undefined);
  return recorded.length === 0 ? undefined : Math.max(0, now.getTime() - Math.min(...recorded));
}

function recordedMs({ dynamodb }: DynamoDBRecord): number | undefined {
  const { recordedAt, at } = dynamodb?.NewImage ?? {};
  const time = Date.parse(recordedAt?.S ?? at?.S ?? "");
  if (!Number.isNaN(time)) return time;
  const approximate = dynamodb?.ApproximateCreationDateTime;
  // Epoch seconds in the event, whatever its type may say.
  return approximate === undefined ? undefined : Number(approximate) * 1_000;
}
