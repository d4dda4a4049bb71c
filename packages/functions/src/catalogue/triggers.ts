// What starts the functions beside the API's routes: the table's stream, queues, events. The local cloud and infra both
// wire this list; `rules.ts` has the bus and the clock.
import type { FunctionName } from "./function-catalogue.ts";
import { type Grant, may, type Target } from "./grant.ts";
import { busRules, jobSchedules } from "./rules.ts";

/** Messages go to the dead letters after so many receives. Visibility: longer than any function works on a batch. */
export const queueCatalogue = {
  caRevocationQueue: { maxReceiveCount: 10, visibilitySeconds: 90 },
  enrolmentQueue: { maxReceiveCount: 5, visibilitySeconds: 90 },
  renewalQueue: { maxReceiveCount: 5, visibilitySeconds: 90 },
  // The function itself gives a delivery up, after `mostAttempts` and with its reason on record.
  webhookQueue: { maxReceiveCount: 20, visibilitySeconds: 90 },
} as const satisfies Partial<
  Record<Target, { readonly maxReceiveCount: number; readonly visibilitySeconds: number }>
>;

export type QueueName = keyof typeof queueCatalogue;

export type StreamTrigger = {
  readonly functionName: FunctionName;
  /** Event patterns as JSON text; a record passes when any of them matches. AWS takes five. */
  readonly filterPatterns: readonly string[];
  readonly batchSize: number;
  readonly bisectBatchOnFunctionError: boolean;
};

const keyPrefix = (name: "pk" | "sk", prefix: string): string =>
  JSON.stringify({ dynamodb: { Keys: { [name]: { S: [{ prefix }] } } } });

export const streamTriggers: readonly StreamTrigger[] = [
  {
    functionName: "publish-edge",
    filterPatterns: [
      keyPrefix("pk", "PAGE#"),
      keyPrefix("pk", "ORDERS#"),
      keyPrefix("pk", "SERIALS#"),
      keyPrefix("sk", "AUTHORITY#"),
    ],
    batchSize: 1_000,
    bisectBatchOnFunctionError: false,
  },
  {
    functionName: "relay-outbox",
    filterPatterns: [
      JSON.stringify({ eventName: ["INSERT"], dynamodb: { Keys: { pk: { S: [{ prefix: "OUTBOX#" }] } } } }),
    ],
    batchSize: 100,
    bisectBatchOnFunctionError: true,
  },
];

export type QueueTrigger = {
  readonly functionName: FunctionName;
  readonly queue: QueueName;
  readonly maximumConcurrency: number;
  /** Left out: 10. */
  readonly batchSize?: number;
  readonly maximumBatchingWindowSeconds?: number;
};

export const queueTriggers: readonly QueueTrigger[] = [
  { functionName: "revoke-at-ca", queue: "caRevocationQueue", maximumConcurrency: 2 },
  // Eighty under way: the CA's rate is used up while each takes three seconds, as it may on a busy machine.
  {
    functionName: "issue-queued",
    queue: "enrolmentQueue",
    maximumConcurrency: 4,
    batchSize: 20,
    maximumBatchingWindowSeconds: 1,
  },
  { functionName: "issue-renewals", queue: "renewalQueue", maximumConcurrency: 2 },
  // Forty under way, each for five seconds at most.
  { functionName: "deliver-webhook", queue: "webhookQueue", maximumConcurrency: 4 },
];

/** Started by CloudWatch Logs, with what the edge logs of its connections. */
export const connectionLogFunction = "record-seen" satisfies FunctionName;

/** Those that nobody waits for: what they fail at goes to the dead letters after Lambda's two retries. */
export const asynchronousFunctions: ReadonlySet<string> = new Set([
  ...busRules.flatMap(({ target }) => ("function" in target ? [target.function] : [])),
  ...Object.keys(jobSchedules),
  connectionLogFunction,
]);

/** What Lambda itself does in the function's role, for its triggers. */
export function triggerGrants(name: FunctionName): readonly Grant[] {
  const reads = streamTriggers.some(({ functionName }) => functionName === name);
  return [
    ...(reads
      ? [
          may(
            "tableStream",
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:ListStreams",
          ),
        ]
      : []),
    ...queueTriggers
      .filter(({ functionName }) => functionName === name)
      .map(({ queue }) => may(queue, "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")),
    ...(reads || asynchronousFunctions.has(name) ? [may("deadLetterQueue", "sqs:SendMessage")] : []),
  ];
}
