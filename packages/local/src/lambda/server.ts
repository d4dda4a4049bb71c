// The local Lambda: functions in worker threads, invoked in process, over HTTP or by an event source mapping.
import { createServer } from "node:http";
import { type Clock, systemClock } from "../wire/clock.ts";
import type { FaultInjector } from "../wire/faults.ts";
import { listenOnLoopback, type RunningServer } from "../wire/listen.ts";
import { type AsyncFailure, startAsyncInvocations } from "./async-invocation.ts";
import { openAsyncQueue } from "./async-queue.ts";
import { type CrashWatch, crashPoints } from "./crash-point.ts";
import { deployFunctions } from "./deployment.ts";
import { type FunctionDefinition, functionArn, type InvokeResult } from "./function-definition.ts";
import type { InvocationTrace } from "./function-pool.ts";
import { answerInvokeApi, type InvokeApi } from "./invoke-api.ts";
import type { CrashPoint } from "./sandbox-message.ts";

export type LambdaServerOptions = {
  readonly port: number;
  readonly clock?: Clock;
  readonly functions: readonly FunctionDefinition[];
  /** One file for each function; undefined keeps logs in memory only. */
  readonly logDirectory?: string | undefined;
  /** Keeps accepted asynchronous invocations across a restart; undefined keeps them in memory only. */
  readonly stateDirectory?: string | undefined;
  readonly accountId: string;
  readonly region: string;
  /** Operation names are `Invoke <function name>`. */
  readonly faults?: FaultInjector;
  /** One BigInt64 of milliseconds that every sandbox adds to its clock. */
  readonly clockOffsetMs?: SharedArrayBuffer | undefined;
  /** Default 60 s and 120 s, as at AWS. */
  readonly asyncRetryDelaysMs?: readonly number[];
  readonly onAsyncFailure?: (failure: AsyncFailure) => Promise<void>;
  /** Told of every invocation that has ended. */
  readonly onInvocation?: ((trace: InvocationTrace) => void) | undefined;
};

export type LambdaServer = RunningServer & {
  /** Invokes synchronously. Throws AwsError (unknown function, throttled, too large). */
  readonly invoke: (functionName: string, event: unknown) => Promise<InvokeResult>;
  /** Accepts an asynchronous invocation and answers its id once it is on disk. */
  readonly invokeAsync: (functionName: string, event: unknown) => string;
  /** Starts one sandbox for each function, so that the first call meets a warm one. */
  readonly warm: () => Promise<void>;
  /** The function's log, oldest line first. */
  readonly logLines: (functionName: string) => readonly string[];
  /** Ends the sandbox at one of the HTTP requests that the function sends from now on. */
  readonly terminateDuring: (functionName: string, crashPoint: CrashPoint) => CrashWatch;
};

export async function startLambdaServer(options: LambdaServerOptions): Promise<LambdaServer> {
  const clock = options.clock ?? systemClock;
  const points = crashPoints();
  const deployment = deployFunctions({ ...options, clock, onCrashPoint: points.onFired });
  const queue = openAsyncQueue(options.stateDirectory);
  const background = startAsyncInvocations({
    queue,
    clock,
    retryDelaysMs: options.asyncRetryDelaysMs ?? [60_000, 120_000],
    functionArn: name => functionArn(options.region, options.accountId, name),
    invoke: deployment.invoke,
    onFailure: options.onAsyncFailure,
  });
  const api: InvokeApi = {
    ...deployment,
    invokeAsync: (name, payload) => {
      deployment.assertAcceptable(name, payload);
      const id = queue.add(name, payload, clock.now().getTime());
      background.wake();
      return id;
    },
  };
  const server = createServer((request, response) => void answerInvokeApi(api, request, response));
  const running = await listenOnLoopback(server, { name: "Lambda", port: options.port });
  return {
    ...running,
    invoke: async (name, event) => api.invoke(name, JSON.stringify(event ?? {})),
    invokeAsync: (name, event) => api.invokeAsync(name, JSON.stringify(event ?? {})),
    warm: deployment.warm,
    logLines: deployment.logLines,
    terminateDuring: (name, crashPoint) => {
      const { armed, watch } = points.arm(crashPoint);
      deployment.arm(name, armed);
      return watch;
    },
    stop: async () => {
      // First no more is taken from the queue; what runs then dies with its sandbox and stays queued.
      const idle = background.stop();
      await Promise.all([running.stop(), deployment.stop()]);
      await idle;
    },
  };
}
