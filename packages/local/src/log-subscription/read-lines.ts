// Reads what has been appended to a log file since a position. A line that is still being written is left for later.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

export type LineBatch = {
  readonly lines: readonly { readonly text: string; readonly position: number }[];
  /** Where to go on, in bytes. */
  readonly next: number;
};

const newline = 0x0a;

/** Whole lines of together at most `mostBytes`, which no single line may exceed. Empty when there is no such file. */
export function readLines(file: string, from: number, mostBytes: number): LineBatch {
  const descriptor = openIfThere(file);
  if (descriptor === undefined) return { lines: [], next: from };
  try {
    const { size } = fstatSync(descriptor);
    // A file that is shorter than what was read of it is another one, under the old name.
    const start = size < from ? 0 : from;
    const bytes = Buffer.alloc(Math.min(size - start, mostBytes));
    const read = bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, start));
    return splitLines(read.subarray(0, read.lastIndexOf(newline) + 1), start);
  } finally {
    closeSync(descriptor);
  }
}

function splitLines(bytes: Buffer, start: number): LineBatch {
  const lines: { readonly text: string; readonly position: number }[] = [];
  let from = 0;
  for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, from)) {
    lines.push({ text: bytes.toString("utf8", from, end), position: start + from });
    from = end + 1;
  }
  return { lines: lines.filter(({ text }) => text !== ""), next: start + bytes.length };
}

function openIfThere(file: string): number | undefined {
  try {
    return openSync(file, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
