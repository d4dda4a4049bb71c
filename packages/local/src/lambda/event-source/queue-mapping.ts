// The event source mapping of an SQS queue: long polls, hands over batches, deletes what the function did not report.
import { setTimeout as delay } from "node:timers/promises";
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { AwsError } from "../../wire/aws-json.ts";
import type { Invoke } from "../function-definition.ts";
import { batchOutcome } from "./batch-response.ts";
import { assertQueueMapping, type QueueMapping } from "./mapping.ts";
import { filterableRecord, lambdaQueueRecord } from "./queue-record.ts";
import { type RecordFilter, recordFilter } from "./record-filter.ts";
import type { RunningMapping } from "./stream-mapping.ts";

export type QueueMappingOptions = {
  readonly mapping: QueueMapping;
  readonly endpoint: string;
  readonly region: string;
  readonly invoke: Invoke;
};

type Poller = QueueMappingOptions & {
  readonly client: SQSClient;
  readonly filter: RecordFilter;
  readonly stopping: AbortSignal;
};

const longPollSeconds = 20;
const errorDelayMs = 500;
// Both receive and delete take ten messages a call.
const maxMessagesPerCall = 10;

export async function startQueueMapping(options: QueueMappingOptions): Promise<RunningMapping> {
  const { mapping, endpoint, region } = options;
  assertQueueMapping(mapping);
  const filter = recordFilter(mapping.filterPatterns);
  const credentials = { accessKeyId: "eventsource", secretAccessKey: "local" };
  const client = new SQSClient({ endpoint, region, credentials, maxAttempts: 2 });
  const stopping = new AbortController();
  const poller: Poller = { ...options, client, filter, stopping: stopping.signal };
  const running = Array.from({ length: mapping.maximumConcurrency ?? 2 }, () => poll(poller));
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
      client.destroy();
    },
  };
}

/** One poller has at most one invocation under way, so the number of pollers is the mapping's concurrency. */
async function poll(poller: Poller): Promise<void> {
  while (!poller.stopping.aborted) {
    try {
      const messages = await gather(poller);
      if (messages.length > 0) await deliver(poller, messages);
    } catch (error) {
      if (poller.stopping.aborted) return;
      // What was received comes back after the queue's visibility timeout.
      if (!(error instanceof AwsError))
        console.error(`event source: queue ${poller.mapping.queueArn}`, error);
      await delay(errorDelayMs, undefined, { signal: poller.stopping }).catch(() => undefined);
    }
  }
}

async function gather(poller: Poller): Promise<readonly Message[]> {
  const { batchSize = 10, maximumBatchingWindowSeconds = 0 } = poller.mapping;
  const messages = [...(await receive(poller, Math.min(maxMessagesPerCall, batchSize), longPollSeconds))];
  const windowEndMs = performance.now() + maximumBatchingWindowSeconds * 1000;
  while (messages.length > 0 && messages.length < batchSize && !poller.stopping.aborted) {
    const leftSeconds = Math.ceil((windowEndMs - performance.now()) / 1000);
    if (leftSeconds <= 0) break;
    const wanted = Math.min(maxMessagesPerCall, batchSize - messages.length);
    messages.push(...(await receive(poller, wanted, Math.min(leftSeconds, longPollSeconds))));
  }
  return messages;
}

async function receive(poller: Poller, wanted: number, waitSeconds: number): Promise<readonly Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: poller.mapping.queueUrl,
    MaxNumberOfMessages: wanted,
    WaitTimeSeconds: waitSeconds,
    MessageSystemAttributeNames: ["All"],
    MessageAttributeNames: ["All"],
  });
  return (await poller.client.send(command, { abortSignal: poller.stopping })).Messages ?? [];
}

async function deliver(poller: Poller, messages: readonly Message[]): Promise<void> {
  const { mapping, region, filter } = poller;
  const received = messages.map(message => ({
    message,
    record: lambdaQueueRecord(message, mapping.queueArn, region),
  }));
  const matching = received.filter(({ record }) => filter(filterableRecord(record)));
  const left = received.filter(one => !matching.includes(one));
  // As at AWS: a message that the filter does not want is deleted.
  await remove(
    poller,
    left.map(({ message }) => message),
  );
  if (matching.length === 0) return;
  const result = await poller.invoke(mapping.functionName, { Records: matching.map(({ record }) => record) });
  const identifiers = new Set(matching.map(({ message }) => message.MessageId ?? ""));
  const outcome = batchOutcome(result, identifiers, mapping.reportBatchItemFailures ?? false);
  if (outcome.kind === "failed") return;
  const done = matching.map(({ message }) => message);
  await remove(
    poller,
    outcome.kind === "done"
      ? done
      : done.filter(({ MessageId }) => !outcome.identifiers.has(MessageId ?? "")),
  );
}

async function remove(poller: Poller, messages: readonly Message[]): Promise<void> {
  for (let start = 0; start < messages.length; start += maxMessagesPerCall) {
    const Entries = messages.slice(start, start + maxMessagesPerCall).map(({ ReceiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle,
    }));
    await poller.client.send(new DeleteMessageBatchCommand({ QueueUrl: poller.mapping.queueUrl, Entries }));
  }
}
