// The event as rules match it and targets receive it, and what PutEvents demands of one entry. Pure.
import { AwsError } from "../wire/aws-json.ts";
import type { PutEventsEntry } from "./input.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import type { Account } from "./names.ts";

export type EventEnvelope = {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601 in whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: JsonObject;
};

export type EntryFailure = { readonly ErrorCode: string; readonly ErrorMessage: string };
export type EntryResult =
  | { readonly kind: "event"; readonly event: EventEnvelope }
  | { readonly kind: "failed"; readonly failure: EntryFailure };

// "Total entry size" of the PutEvents reference: less than 1 MB for the whole call.
const totalSizeLimit = 1_048_576;
const maxNesting = 1000;
const maxDetailTypeLength = 128;

/** Throws ValidationException when the entries of one call are too large together. */
export function checkTotalSize(entries: readonly PutEventsEntry[]): void {
  const total = entries.reduce((sum, entry) => sum + entrySize(entry), 0);
  if (total >= totalSizeLimit) {
    throw new AwsError("ValidationException", "Total size of the entries in the request is over the limit.");
  }
}

/** The size as documented: 14 bytes for a time, and the UTF-8 of source, detail type, detail and resources. */
function entrySize(entry: PutEventsEntry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ""), entry.Time === undefined ? 0 : 14);
}

/** The event of an accepted entry, or the failure that the answer shows at the entry's place. */
export function toEvent(entry: PutEventsEntry, account: Account, id: string, now: Date): EntryResult {
  for (const name of ["Source", "DetailType", "Detail"] as const) {
    if (!entry[name])
      return failed(
        "InvalidArgument",
        `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
      );
  }
  const { Source: source = "", DetailType: detailType = "" } = entry;
  if (detailType.length > maxDetailTypeLength) {
    const reason = `DetailType must be at most ${maxDetailTypeLength} characters long.`;
    return failed("InvalidArgument", `Parameter DetailType is not valid. Reason: ${reason}`);
  }
  // Only AWS services publish under `aws.`; a forged finding must not pass for one of theirs (threat F9).
  if (source.startsWith("aws.")) return failed("NotAuthorizedForSource", "Not authorized for the source.");
  const detail = parseDetail(entry.Detail ?? "");
  if (detail === undefined) return failed("MalformedDetail", "Detail is malformed.");
  const event = {
    version: "0",
    id,
    "detail-type": detailType,
    source,
    account: account.accountId,
    time: wholeSeconds(entry.Time === undefined ? now : new Date(entry.Time * 1000)),
    region: account.region,
    resources: entry.Resources ?? [],
    detail,
  } as const;
  return { kind: "event", event };
}

/** An event of an AWS service, as its own emulator announces it; what is left out is filled in. */
export type ServiceEvent = Pick<EventEnvelope, "source" | "detail-type" | "detail"> & Partial<EventEnvelope>;

export function toServiceEvent(event: ServiceEvent, account: Account, id: string, now: Date): EventEnvelope {
  return {
    version: "0",
    id: event.id ?? id,
    "detail-type": event["detail-type"],
    source: event.source,
    account: event.account ?? account.accountId,
    time: event.time ?? wholeSeconds(now),
    region: event.region ?? account.region,
    resources: event.resources ?? [],
    detail: event.detail,
  };
}

/** The event of a TestEventPattern request. Throws ValidationException unless it is an object with an envelope. */
export function parseTestEvent(text: string): JsonObject {
  const event = parseObject(text);
  const members = ["id", "account", "source", "time", "region", "detail-type"];
  if (event === undefined || !members.every(name => Object.hasOwn(event, name))) {
    throw new AwsError("ValidationException", "Parameter Event is not valid.");
  }
  return event;
}

function failed(ErrorCode: string, ErrorMessage: string): EntryResult {
  return { kind: "failed", failure: { ErrorCode, ErrorMessage } };
}

export function wholeSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

function parseDetail(text: string): JsonObject | undefined {
  const detail = parseObject(text);
  return detail !== undefined && nestingOf(detail) <= maxNesting ? detail : undefined;
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Levels of objects and arrays, level by level: a hostile depth must not exhaust the stack. */
function nestingOf(value: JsonObject): number {
  let depth = 0;
  let level: readonly Json[] = [value];
  while (level.length > 0) {
    depth += 1;
    level = level
      .flatMap(node => Object.values(node ?? {}) as Json[])
      .filter(node => typeof node === "object" && node !== null);
  }
  return depth;
}
