// Faults on request: what a test tells a local server to do to the next calls of one operation.
// Neutral to the protocol: the error to throw is the server's own, and the server decides how to drop a connection.
import { setTimeout as wait } from "node:timers/promises";

export type Fault =
  /** The call is refused with this error, before any work. */
  | { readonly kind: "error"; readonly error: Error }
  /** The connection breaks before any work: the caller sees the same as for `lost-reply`. */
  | { readonly kind: "lost-request" }
  /** The work is done, then the connection breaks: the caller cannot know that it happened. */
  | { readonly kind: "lost-reply" }
  /** The work waits this long. */
  | { readonly kind: "delay"; readonly ms: number };

export type FaultInjector = {
  /** Queues `fault` for the next `times` (default 1) calls of `operation`, after those already queued. */
  readonly next: (operation: string, fault: Fault, times?: number) => void;
  /** Takes the fault meant for this call, if any. Called by the server, once per call. */
  readonly take: (operation: string) => Fault | undefined;
  /** How many queued faults of `operation` have not been used yet. */
  readonly left: (operation: string) => number;
  readonly clear: () => void;
};

/** What became of a call: an answer to send, or a connection to break without one. */
export type Outcome<T> = { readonly kind: "answer"; readonly value: T } | { readonly kind: "dropped" };

export function faultInjector(): FaultInjector {
  const queues = new Map<string, Fault[]>();
  return {
    next: (operation, fault, times = 1) => {
      const queue = queues.get(operation) ?? [];
      queues.set(operation, [...queue, ...Array.from({ length: times }, () => fault)]);
    },
    take: operation => queues.get(operation)?.shift(),
    left: operation => queues.get(operation)?.length ?? 0,
    clear: () => queues.clear(),
  };
}

/** Runs `work` as the next fault queued for `operation` says. Throws what the fault or the work throws. */
export async function runWithFaults<T>(
  faults: FaultInjector | undefined,
  operation: string,
  work: () => Promise<T> | T,
): Promise<Outcome<T>> {
  const fault = faults?.take(operation);
  switch (fault?.kind) {
    case "error":
      throw fault.error;
    case "lost-request":
      return { kind: "dropped" };
    case "lost-reply":
      await work();
      return { kind: "dropped" };
    case "delay":
      await wait(fault.ms);
      return { kind: "answer", value: await work() };
    case undefined:
      return { kind: "answer", value: await work() };
  }
}
