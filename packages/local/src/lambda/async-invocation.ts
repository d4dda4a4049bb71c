// Works off Lambda's asynchronous queue: two retries after an error, then the on-failure destination.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
import type { Clock } from "../wire/clock.ts";
import type { AsyncQueue, QueuedInvocation } from "./async-queue.ts";
import type { InvokeResult } from "./function-definition.ts";

export type AsyncFailure = {
  readonly functionName: string;
  /** The record that Lambda sends to an on-failure destination, version 1.0. */
  readonly record: unknown;
};

export type AsyncOptions = {
  readonly queue: AsyncQueue;
  readonly clock: Clock;
  /** One entry for each retry. AWS waits 60 s before the first and 120 s before the second. */
  readonly retryDelaysMs: readonly number[];
  readonly functionArn: (functionName: string) => string;
  /** Rejects when the invocation did not reach the function. */
  readonly invoke: (functionName: string, payload: string) => Promise<InvokeResult>;
  readonly onFailure: ((failure: AsyncFailure) => Promise<void>) | undefined;
};

export type AsyncInvocations = {
  /** Looks for due invocations now instead of at the next tick. */
  readonly wake: () => void;
  /** Ends the work; what is running is tried again after the next start (at least once, as at AWS). */
  readonly stop: () => Promise<void>;
};

const maxAgeMs = 6 * 3_600_000;
// Throttled or unreachable: not an attempt, and tried again until the event is too old.
const throttleDelayMs = 1000;
const tickMs = 50;

export function startAsyncInvocations(options: AsyncOptions): AsyncInvocations {
  const running = new Map<string, Promise<void>>();
  let stopped = false;
  const attempt = async (queued: QueuedInvocation): Promise<void> => {
    const result = await options.invoke(queued.functionName, queued.payload).catch(() => undefined);
    if (!stopped) await settle(options, queued, result);
  };
  const wake = (): void => {
    if (stopped) return;
    for (const queued of options.queue.due(options.clock.now().getTime())) {
      if (running.has(queued.id)) continue;
      running.set(
        queued.id,
        attempt(queued).finally(() => running.delete(queued.id)),
      );
    }
  };
  const timer = setInterval(wake, tickMs);
  wake();
  return {
    wake: () => void setImmediate(wake),
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await Promise.all(running.values());
      options.queue.close();
    },
  };
}

async function settle(
  options: AsyncOptions,
  queued: QueuedInvocation,
  result: InvokeResult | undefined,
): Promise<void> {
  const { queue, clock, retryDelaysMs } = options;
  if (result !== undefined && result.functionError === undefined) return queue.remove(queued.id);
  const nowMs = clock.now().getTime();
  const attempts = queued.attempts + (result === undefined ? 0 : 1);
  const delayMs = result === undefined ? throttleDelayMs : retryDelaysMs[queued.attempts];
  if (delayMs !== undefined && nowMs - queued.acceptedMs <= maxAgeMs) {
    return queue.postpone(queued.id, nowMs + delayMs, attempts);
  }
  const condition = delayMs === undefined ? "RetriesExhausted" : "EventAgeExceeded";
  const record = failureRecord(options, queued, { condition, attempts, result });
  // As at AWS, a destination that cannot be reached loses the record: it is logged, not retried.
  await options.onFailure?.({ functionName: queued.functionName, record }).catch((error: unknown) => {
    console.error(`lambda: the destination of ${queued.functionName} failed`, error);
  });
  queue.remove(queued.id);
}

function failureRecord(
  options: AsyncOptions,
  queued: QueuedInvocation,
  end: {
    readonly condition: string;
    readonly attempts: number;
    readonly result: InvokeResult | undefined;
  },
): unknown {
  const { result } = end;
  return {
    version: "1.0",
    timestamp: options.clock.now().toISOString(),
    requestContext: {
      requestId: queued.id,
      functionArn: `${options.functionArn(queued.functionName)}:$LATEST`,
      condition: end.condition,
      approximateInvokeCount: end.attempts,
    },
    requestPayload: JSON.parse(queued.payload),
    ...(result !== undefined && {
      responseContext: {
        statusCode: 200,
        executedVersion: "$LATEST",
        functionError: result.functionError,
      },
      responsePayload: JSON.parse(result.payload),
    }),
  };
}
