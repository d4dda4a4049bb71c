// Delivers one batch of stream records to the end: until each is done, or given up and reported.
// It never overtakes: while a record fails, the records behind it in the shard wait.

import { AwsError } from "../../wire/aws-json.ts";
import type { Clock } from "../../wire/clock.ts";
import type { Invoke, InvokeResult } from "../function-definition.ts";
import { batchOutcome } from "./batch-response.ts";
import type { StreamMapping } from "./mapping.ts";
import type { LambdaStreamRecord } from "./stream-record.ts";

export type DiscardedBatch = {
  readonly condition: "RetryAttemptsExhausted" | "RecordAgeExceeded";
  readonly records: readonly LambdaStreamRecord[];
  readonly invokeCount: number;
  /** The last answer, if there was one. */
  readonly result: InvokeResult | undefined;
};

export type StreamDelivery = {
  readonly mapping: StreamMapping;
  readonly clock: Clock;
  readonly invoke: Invoke;
  /** Everything up to this record is dealt with. */
  readonly checkpoint: (sequenceNumber: string) => void;
  /** Reports what is given up, before the checkpoint passes it. */
  readonly discard: (batch: DiscardedBatch) => Promise<void>;
  /** Waits before retry `attempt` (1 for the first); resolves early when the mapping stops. */
  readonly backOff: (attempt: number) => Promise<void>;
  readonly stopped: () => boolean;
};

/** `failures`: attempts that reached the function; `waits`: attempts of any kind, for the back-off. */
type Work = {
  readonly records: readonly LambdaStreamRecord[];
  readonly failures: number;
  readonly waits: number;
};

// DynamoDB Local rounds a record's creation time down to the minute; AWS does not, so the doubt goes to the record.
const creationGrainMs = 60_000;
// How long a stream keeps a record: past it an endless retry ends by itself.
const retentionSeconds = 86_400;

export async function deliverBatch(
  delivery: StreamDelivery,
  records: readonly LambdaStreamRecord[],
): Promise<void> {
  const stack: Work[] = [{ records, failures: 0, waits: 0 }];
  for (let work = stack.pop(); work !== undefined && !delivery.stopped(); work = stack.pop()) {
    stack.push(...(await attempt(delivery, work)).toReversed());
  }
}

/** Tries once; answers what is left to do, in the order of the shard. */
async function attempt(delivery: StreamDelivery, work: Work): Promise<readonly Work[]> {
  if (work.waits > 0) await delivery.backOff(work.waits);
  if (delivery.stopped()) return [work];
  const records = await dropTooOld(delivery, work);
  const last = records.at(-1);
  if (last === undefined) return [];
  const { mapping } = delivery;
  const result = await delivery
    .invoke(mapping.functionName, { Records: records.map(({ event }) => event) })
    .catch(notReached);
  // Throttles and service errors do not count towards MaximumRetryAttempts.
  if (result === undefined) return [{ ...work, records, waits: work.waits + 1 }];
  const identifiers = new Set(records.map(({ sequenceNumber }) => sequenceNumber));
  const outcome = batchOutcome(result, identifiers, mapping.reportBatchItemFailures ?? false);
  if (outcome.kind === "done") {
    delivery.checkpoint(last.sequenceNumber);
    return [];
  }
  const failed =
    outcome.kind === "failed"
      ? 0
      : records.findIndex(({ sequenceNumber }) => outcome.identifiers.has(sequenceNumber));
  const before = records[failed - 1];
  if (before !== undefined) delivery.checkpoint(before.sequenceNumber);
  // While everything goes down a failure says nothing about the records: they come again after the restart.
  if (delivery.stopped()) return [];
  const failures = before === undefined ? work.failures + 1 : 1;
  const rest = { records: records.slice(failed), failures, waits: failures };
  return retryOrDiscard(delivery, rest, { result, mayBisect: outcome.kind === "failed" });
}

async function retryOrDiscard(
  delivery: StreamDelivery,
  rest: Work,
  { result, mayBisect }: { readonly result: InvokeResult; readonly mayBisect: boolean },
): Promise<readonly Work[]> {
  const { maximumRetryAttempts = -1, bisectBatchOnFunctionError = false } = delivery.mapping;
  if (maximumRetryAttempts >= 0 && rest.failures > maximumRetryAttempts) {
    await giveUp(delivery, {
      condition: "RetryAttemptsExhausted",
      records: rest.records,
      invokeCount: rest.failures,
      result,
    });
    return [];
  }
  // With reported failures the batch is split at the reported record only ("bisected at the returned sequence number").
  if (!bisectBatchOnFunctionError || !mayBisect || rest.records.length < 2) return [rest];
  // AWS does not say whether a half inherits the count; it must not, or a poison record could not be isolated.
  const middle = Math.ceil(rest.records.length / 2);
  return [rest.records.slice(0, middle), rest.records.slice(middle)].map(records => ({
    records,
    failures: 0,
    waits: rest.waits,
  }));
}

async function dropTooOld(delivery: StreamDelivery, work: Work): Promise<readonly LambdaStreamRecord[]> {
  const configured = delivery.mapping.maximumRecordAgeSeconds ?? -1;
  const limitMs = (configured === -1 ? retentionSeconds : configured) * 1000;
  const oldestMs = delivery.clock.now().getTime() - limitMs - creationGrainMs;
  const fresh = work.records.findIndex(({ createdMs }) => createdMs >= oldestMs);
  if (fresh === 0) return work.records;
  const records = fresh === -1 ? work.records : work.records.slice(0, fresh);
  await giveUp(delivery, {
    condition: "RecordAgeExceeded",
    records,
    invokeCount: work.failures,
    result: undefined,
  });
  return fresh === -1 ? [] : work.records.slice(fresh);
}

async function giveUp(delivery: StreamDelivery, batch: DiscardedBatch): Promise<void> {
  await delivery.discard(batch);
  const last = batch.records.at(-1);
  if (last !== undefined) delivery.checkpoint(last.sequenceNumber);
}

function notReached(error: unknown): undefined {
  if (!(error instanceof AwsError)) console.error("event source: the function was not reached", error);
  return undefined;
}
