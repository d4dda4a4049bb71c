// The log of one function: lines in memory for whoever asks, and a file where a directory is given.
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

export type FunctionLog = {
  /** Takes text with its line breaks; an unfinished line waits for its rest. */
  readonly write: (text: string) => void;
  /** The last `keptLines` lines, oldest first. */
  readonly lines: () => readonly string[];
  readonly close: () => void;
};

const keptLines = 10_000;

export function openFunctionLog(directory: string | undefined, functionName: string): FunctionLog {
  const lines: string[] = [];
  let unfinished = "";
  let file: number | undefined;
  if (directory !== undefined) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    file = openSync(join(directory, `${functionName}.log`), "a", 0o600);
  }
  return {
    write: text => {
      if (file !== undefined) writeSync(file, text);
      const parts = (unfinished + text).split("\n");
      unfinished = parts.pop() ?? "";
      lines.push(...parts);
      if (lines.length > keptLines) lines.splice(0, lines.length - keptLines);
    },
    lines: () => [...lines],
    close: () => {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}
