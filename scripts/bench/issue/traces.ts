// The invocations of one function as the local Lambda traces them: what each took, and which calls it made when.
import type { InvocationTrace } from "#local/lambda/function-pool.ts";

export type TraceRecorder = {
  readonly onInvocation: (trace: InvocationTrace) => void;
  /** The traces since the last time. */
  readonly take: () => readonly InvocationTrace[];
};

export function traceRecorder(functionName: string): TraceRecorder {
  const traces: InvocationTrace[] = [];
  return {
    onInvocation: trace => {
      if (trace.functionName === functionName) traces.push(trace);
    },
    take: () => traces.splice(0, traces.length),
  };
}
