// The local subscription: every line reaches the function at least once, in batches, across restarts and a function
// that does not take it.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { linesOf } from "#functions/event/log-subscription.ts";
import { openCheckpoints } from "#local/lambda/event-source/checkpoint.ts";
import { readLines } from "#local/log-subscription/read-lines.ts";
import { startLogSubscription } from "#local/log-subscription/subscription.ts";
import { systemClock } from "#local/wire/clock.ts";

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "edgecert-logs-"));
  file = join(directory, "connections.jsonl");
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(directory, { recursive: true, force: true });
});

/** One run of the cloud for some seconds. Answers the batches that the function was given. */
function run(parts: { startAt?: "beginning" | "end"; refuses?: boolean; meanwhile?: () => void } = {}) {
  const batches: (readonly string[])[] = [];
  const checkpoints = openCheckpoints(directory);
  const subscription = startLogSubscription({
    functionName: "record-seen",
    files: [file],
    source: { owner: "000000000000", logGroup: "g", subscriptionFilter: "f" },
    checkpoints,
    startAt: parts.startAt ?? "beginning",
    clock: systemClock,
    invokeAsync: (_name, event) => {
      if (parts.refuses === true) throw new Error("not now");
      batches.push(linesOf(event));
    },
  });
  vi.advanceTimersByTime(1_000);
  parts.meanwhile?.();
  vi.advanceTimersByTime(1_000);
  subscription.stop();
  checkpoints.close();
  return batches;
}

describe("a subscription", () => {
  test("delivers what is appended, a batch a second", () => {
    writeFileSync(file, "a\nb\n");
    expect(run({ meanwhile: () => appendFileSync(file, "c\n") })).toEqual([["a", "b"], ["c"]]);
  });

  test("goes on after a restart where it was, with a line that was half written", () => {
    writeFileSync(file, "a\nb");
    expect(run()).toEqual([["a"]]);
    appendFileSync(file, "b\nc\n");
    expect(run()).toEqual([["bb", "c"]]);
    expect(run()).toEqual([]);
  });

  test("delivers again what was not taken", () => {
    writeFileSync(file, "a\n");
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    expect(run({ refuses: true })).toEqual([]);
    expect(run()).toEqual([["a"]]);
  });

  test("waits for a file that is not there yet, and begins again with one that was replaced", () => {
    expect(run({ meanwhile: () => writeFileSync(file, "a\nb\n") })).toEqual([["a", "b"]]);
    writeFileSync(file, "c\n");
    expect(run()).toEqual([["c"]]);
  });

  test("may skip what an earlier cloud has left", () => {
    writeFileSync(file, "old\n");
    expect(run({ startAt: "end", meanwhile: () => appendFileSync(file, "new\n") })).toEqual([["new"]]);
  });
});

test("a batch ends with a whole line within its size, and characters of several bytes stay whole", () => {
  writeFileSync(file, "äää\nöö\n");
  const first = readLines(file, 0, 11);
  expect(first).toEqual({ lines: [{ text: "äää", position: 0 }], next: 7 });
  expect(readLines(file, first.next, 11)).toEqual({ lines: [{ text: "öö", position: 7 }], next: 12 });
  expect(readLines(file, 12, 11)).toEqual({ lines: [], next: 12 });
});
