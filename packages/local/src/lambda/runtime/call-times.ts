// Times the requests that each invocation sends, as a tracing agent does at AWS: what a benchmark shares time out by.
import type { TimedCall } from "../sandbox-message.ts";
import { listenToRequests } from "./outgoing-requests.ts";

export type CallTimes = {
  /** Begins an invocation: times count from here. */
  readonly begin: () => void;
  /** The answered requests since then, in the order of their answers. */
  readonly take: () => readonly TimedCall[];
};

export function timeCalls(): CallTimes {
  let calls: TimedCall[] = [];
  let beganMs = 0;
  const sent = new WeakMap<object, number>();
  const now = (): number => performance.now() - beganMs;
  listenToRequests({
    onSend: (_request, handle) => sent.set(handle, now()),
    onAnswered: ({ method, path, target }, handle) => {
      const name = target === "" ? `${method} ${path}` : target;
      calls.push({ name, startMs: sent.get(handle) ?? now(), endMs: now() });
    },
  });
  return {
    begin: () => {
      beganMs = performance.now();
      calls = [];
    },
    take: () => calls,
  };
}
