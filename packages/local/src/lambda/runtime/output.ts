// Sends a sandbox's console and standard streams to the server, in the text format of Lambda's Node.js runtime.
import { format } from "node:util";

const levels = {
  trace: "TRACE",
  debug: "DEBUG",
  info: "INFO",
  log: "INFO",
  warn: "WARN",
  error: "ERROR",
} as const;

/**
 * Captures all output. A console call becomes one line, `time TAB request id TAB level TAB text`, with its inner line
 * breaks turned into CR as the real runtime does; raw writes (Powertools logs that way) pass unchanged.
 */
export function captureOutput(
  send: (text: string) => void,
  currentRequestId: () => string | undefined,
): void {
  for (const [name, level] of Object.entries(levels) as [keyof typeof levels, string][]) {
    console[name] = (...values: unknown[]) => {
      const text = format(...values).replaceAll("\n", "\r");
      send(`${new Date().toISOString()}\t${currentRequestId() ?? "undefined"}\t${level}\t${text}\n`);
    };
  }
  for (const stream of [process.stdout, process.stderr]) {
    // Over the message port, not the worker's own pipe: so the lines of an invocation arrive before its result.
    stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
      send(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8"));
      const done = rest.find(value => typeof value === "function");
      if (done !== undefined) process.nextTick(done);
      return true;
    };
  }
}
