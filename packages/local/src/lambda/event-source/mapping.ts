// What an event source mapping is told, with the bounds that CreateEventSourceMapping enforces.
// https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html

export type StreamMapping = {
  readonly functionName: string;
  readonly streamArn: string;
  readonly startingPosition: "TRIM_HORIZON" | "LATEST";
  /** 1 to 10,000 records; default 100. */
  readonly batchSize?: number;
  /** 0 to 300; default 0: a batch goes out as soon as there is a record. */
  readonly maximumBatchingWindowSeconds?: number;
  /** Event patterns as JSON text; a record passes when any of them matches. At most 5, the default quota. */
  readonly filterPatterns?: readonly string[];
  readonly reportBatchItemFailures?: boolean;
  readonly bisectBatchOnFunctionError?: boolean;
  /** -1 (default: until the record is too old) to 10,000 retries after the first attempt. */
  readonly maximumRetryAttempts?: number;
  /** -1 (default: the stream's own 24 hours) or 60 to 604,800. */
  readonly maximumRecordAgeSeconds?: number;
};

export type QueueMapping = {
  readonly functionName: string;
  readonly queueUrl: string;
  readonly queueArn: string;
  /** 1 to 10,000 messages; default 10. Over 10 needs a batching window of a second or more. */
  readonly batchSize?: number;
  /** 0 to 300; default 0. */
  readonly maximumBatchingWindowSeconds?: number;
  readonly filterPatterns?: readonly string[];
  readonly reportBatchItemFailures?: boolean;
  /** 2 (default here, for a machine of few cores) to 1,000. */
  readonly maximumConcurrency?: number;
};

/** Throws when CreateEventSourceMapping would refuse the mapping. */
export function assertStreamMapping(mapping: StreamMapping): void {
  assertBatch(mapping);
  assertRange("maximumRetryAttempts", mapping.maximumRetryAttempts ?? -1, -1, 10_000);
  const ageSeconds = mapping.maximumRecordAgeSeconds ?? -1;
  if (ageSeconds !== -1) assertRange("maximumRecordAgeSeconds", ageSeconds, 60, 604_800);
}

/** Throws when CreateEventSourceMapping would refuse the mapping. */
export function assertQueueMapping(mapping: QueueMapping): void {
  assertBatch(mapping);
  assertRange("maximumConcurrency", mapping.maximumConcurrency ?? 2, 2, 1000);
  if ((mapping.batchSize ?? 10) > 10 && (mapping.maximumBatchingWindowSeconds ?? 0) < 1) {
    throw new Error("a batchSize over 10 needs a maximumBatchingWindowSeconds of at least 1");
  }
}

function assertBatch(mapping: StreamMapping | QueueMapping): void {
  assertRange("batchSize", mapping.batchSize ?? 10, 1, 10_000);
  assertRange("maximumBatchingWindowSeconds", mapping.maximumBatchingWindowSeconds ?? 0, 0, 300);
  if ((mapping.filterPatterns ?? []).length > 5) throw new Error("a mapping takes at most 5 filter patterns");
}

function assertRange(name: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new Error(`${name} must be an integer from ${min} to ${max}, not ${value}`);
  }
}
