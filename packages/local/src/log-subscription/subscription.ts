// A subscription filter of CloudWatch Logs on the local cloud: what is appended to log files reaches a function in
// batches, asynchronously and at least once. The position moves on when Lambda has the batch on disk.
import { statSync } from "node:fs";
import { basename } from "node:path";
import type { Checkpoints } from "../lambda/event-source/checkpoint.ts";
import type { Clock } from "../wire/clock.ts";
import { type LogSource, subscriptionEvent } from "./envelope.ts";
import { readLines } from "./read-lines.ts";

export type LogSubscriptionOptions = {
  readonly functionName: string;
  /** Each is one log stream, named after it. */
  readonly files: readonly string[];
  readonly source: Omit<LogSource, "logStream">;
  readonly checkpoints: Checkpoints;
  /** Where a file begins that has no position yet: `end` skips what an earlier cloud has left. */
  readonly startAt: "beginning" | "end";
  readonly clock: Clock;
  /** Answers once the invocation is on disk. Throws when it is not taken. */
  readonly invokeAsync: (functionName: string, event: unknown) => unknown;
  readonly everyMs?: number;
};

/** In base64 even what does not shrink stays below the 1 MB of an asynchronous invocation. */
const mostBytes = 512 * 1024;

export function startLogSubscription(options: LogSubscriptionOptions): { readonly stop: () => void } {
  const { files, everyMs = 1_000, checkpoints, functionName } = options;
  const mapping = `logs:${functionName}`;
  const known = checkpoints.list(mapping);
  const positions = new Map(
    files.map(file => [
      file,
      Number(known.get(basename(file))?.sequenceNumber ?? firstPosition(file, options.startAt)),
    ]),
  );
  const save = (file: string, position: number): void => {
    positions.set(file, position);
    checkpoints.save(mapping, [
      { shardId: basename(file), sequenceNumber: String(position), finished: false },
    ]);
  };
  const deliverAll = (): void => {
    for (const file of files) deliver(options, file, positions.get(file) ?? 0, save);
  };
  const timer = setInterval(deliverAll, everyMs);
  return { stop: () => clearInterval(timer) };
}

function firstPosition(file: string, startAt: LogSubscriptionOptions["startAt"]): number {
  if (startAt === "beginning") return 0;
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function deliver(
  { source, clock, functionName, invokeAsync }: LogSubscriptionOptions,
  file: string,
  from: number,
  save: (file: string, position: number) => void,
): void {
  try {
    let batch = readLines(file, from, mostBytes);
    while (batch.lines.length > 0) {
      const event = subscriptionEvent({ ...source, logStream: basename(file) }, batch.lines, clock.now());
      invokeAsync(functionName, event);
      save(file, batch.next);
      batch = readLines(file, batch.next, mostBytes);
    }
  } catch (error) {
    // The same lines come again at the next look.
    console.error(`log subscription: ${basename(file)}: ${String(error)}`);
  }
}
