// Deliveries of webhooks in SQS: sent by tens, and hidden until their next try is due. A message group per webhook, which
// SQS calls a fair queue: the backlog of one receiver does not delay the others.
import { ChangeMessageVisibilityCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { Delivery } from "#core/webhook/delivery.ts";

export type DeliveryQueue = {
  /** Rejects unless the queue took all of them. */
  readonly send: (deliveries: readonly Delivery[]) => Promise<void>;
  /** The message comes back then. At most 43,200 s, SQS's own bound. */
  readonly postpone: (receiptHandle: string, seconds: number) => Promise<void>;
};

/** What SendMessageBatch takes. */
const batchSize = 10;

export function sqsDeliveryQueue(queueUrl: string): DeliveryQueue {
  const client = new SQSClient({});
  return {
    send: async deliveries => {
      for (let from = 0; from < deliveries.length; from += batchSize) {
        await sendBatch(client, queueUrl, deliveries.slice(from, from + batchSize));
      }
    },
    postpone: async (receiptHandle, seconds) => {
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queueUrl,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: Math.min(43_200, seconds),
        }),
      );
    },
  };
}

async function sendBatch(client: SQSClient, queueUrl: string, batch: readonly Delivery[]): Promise<void> {
  const { Failed = [] } = await client.send(
    new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: batch.map((delivery, index) => ({
        Id: String(index),
        MessageBody: JSON.stringify(delivery),
        MessageGroupId: delivery.webhook,
      })),
    }),
  );
  const [failed] = Failed;
  if (failed !== undefined) throw new Error(`SQS took no message: ${failed.Code}`);
}
