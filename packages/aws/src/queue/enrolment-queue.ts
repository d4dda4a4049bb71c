// Enrolments that wait for their turn, in SQS: one queue for new ones and one for renewals, so that neither stands in
// the other's way. Standard queues with a message group per tenant, which SQS calls fair: a tenant with a backlog does
// not delay the others. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { type EnrolmentQueue, type Purpose, purposeOf } from "#core/issuance/ports.ts";

export type QueueUrls = Readonly<Record<Purpose, string>>;

/** What SendMessageBatch takes. */
const batchSize = 10;
const longestDelaySeconds = 900;
const depthKeptMs = 2_000;

export function sqsEnrolmentQueue(urls: QueueUrls, now: () => Date): EnrolmentQueue {
  const client = new SQSClient({});
  const senders = {
    enrol: batchSender(client, urls.enrol),
    renew: batchSender(client, urls.renew),
  } satisfies Record<Purpose, unknown>;
  const depths = new Map<Purpose, { readonly at: number; readonly depth: Promise<number> }>();

  return {
    send: (enrolment, delaySeconds) =>
      senders[purposeOf(enrolment)]({
        MessageBody: JSON.stringify({ enrolment: enrolment.id }),
        MessageGroupId: enrolment.tenant,
        DelaySeconds: Math.max(0, Math.min(longestDelaySeconds, Math.ceil(delaySeconds))),
      }),
    depth: purpose => {
      const at = now().getTime();
      const known = depths.get(purpose);
      if (known !== undefined && Math.abs(at - known.at) < depthKeptMs) return known.depth;
      const depth = readDepth(client, urls[purpose]);
      depths.set(purpose, { at, depth });
      return depth;
    },
  };
}

async function readDepth(client: SQSClient, queueUrl: string): Promise<number> {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
      ],
    }),
  );
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
}

type Entry = Omit<SendMessageBatchRequestEntry, "Id">;
type Waiting = { readonly entry: Entry; readonly sent: PromiseWithResolvers<void> };

/** What is sent in one turn of the event loop, as a lot's lines are, goes out by tens. */
function batchSender(client: SQSClient, queueUrl: string): (entry: Entry) => Promise<void> {
  let waiting: Waiting[] = [];

  function flush(): void {
    const all = waiting;
    waiting = [];
    for (let start = 0; start < all.length; start += batchSize) {
      void sendBatch(client, queueUrl, all.slice(start, start + batchSize));
    }
  }

  return entry => {
    const sent = Promise.withResolvers<void>();
    if (waiting.length === 0) setImmediate(flush);
    waiting.push({ entry, sent });
    return sent.promise;
  };
}

/** Settles every promise of the batch; never rejects itself. */
async function sendBatch(client: SQSClient, queueUrl: string, batch: readonly Waiting[]): Promise<void> {
  try {
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: batch.map(({ entry }, index) => ({ Id: String(index), ...entry })),
      }),
    );
    for (const { Id, Code } of Failed)
      batch[Number(Id)]?.sent.reject(new Error(`SQS took no message: ${Code}`));
    for (const { sent } of batch) sent.resolve();
  } catch (error) {
    for (const { sent } of batch) sent.reject(error);
  }
}
