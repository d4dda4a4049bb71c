// The quotas of a CloudFront KeyValueStore, as the CloudFront quotas page states them, and the check of one call's
// keys and values against them. Pure.
import { AwsError } from "../wire/aws-json.ts";

export type StoreLimits = {
  readonly maxKeyBytes: number;
  readonly maxValueBytes: number;
  /** Puts and deletes together, in one UpdateKeys. */
  readonly maxKeysPerUpdate: number;
  readonly maxRequestBytes: number;
  /** Key bytes plus value bytes. How AWS counts, and whether 5 MB is 5,000,000, is to be measured on an account. */
  readonly maxStoreBytes: number;
  readonly maxPageSize: number;
};

export const awsLimits: StoreLimits = {
  maxKeyBytes: 512,
  maxValueBytes: 1024,
  maxKeysPerUpdate: 50,
  maxRequestBytes: 3_000_000,
  maxStoreBytes: 5_000_000,
  maxPageSize: 50,
};

/** One change to one key; a delete has no value. */
export type Change = { readonly key: string; readonly value: string | undefined };

export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

export function sizeOf(key: string, value: string): number {
  return Buffer.byteLength(key) + Buffer.byteLength(value);
}

/** Throws ValidationException for the first key or value that the service would refuse. */
export function checkChanges(changes: readonly Change[], limits: StoreLimits): void {
  // The answer to a call without any change is not documented; the strict reading costs a correct client nothing.
  if (changes.length === 0) throw invalid("At least one of Puts or Deletes must be provided");
  if (changes.length > limits.maxKeysPerUpdate) {
    throw invalid(`The number of keys in one request must not exceed ${limits.maxKeysPerUpdate}`);
  }
  const seen = new Set<string>();
  for (const { key, value } of changes) {
    checkText("Key", key, limits.maxKeyBytes);
    if (key === "") throw invalid("Key must not be empty");
    if (value !== undefined) checkText("Value", value, limits.maxValueBytes);
    if (seen.has(key)) throw invalid("A key must not occur more than once in one request");
    seen.add(key);
  }
}

function checkText(what: "Key" | "Value", text: string, maxBytes: number): void {
  // A lone surrogate has no UTF-8 form: it would come back as another text than the one that was stored.
  if (!text.isWellFormed()) throw invalid(`${what} must be valid UTF-8`);
  if (Buffer.byteLength(text) > maxBytes) throw invalid(`${what} must not be longer than ${maxBytes} bytes`);
}
