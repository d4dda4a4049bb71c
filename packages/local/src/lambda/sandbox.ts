// One sandbox: a worker thread of its own that runs one function, one invocation at a time, until something ends it.
import { Worker } from "node:worker_threads";
import type { ArmedCrashPoint, FromSandbox, SandboxData, TimedCall, ToSandbox } from "./sandbox-message.ts";

export type SandboxOutcome = {
  readonly kind: "returned" | "threw";
  readonly payload: string;
  /** None of an invocation that took its sandbox along. */
  readonly calls: readonly TimedCall[];
};

export type Sandbox = {
  /** Resolves when the bundle is loaded, or when loading it failed: the next `run` then tells why. */
  readonly started: Promise<void>;
  readonly run: (requestId: string, payload: string, timeoutMs: number) => Promise<SandboxOutcome>;
  readonly arm: (crashPoint: ArmedCrashPoint) => void;
  /** False once the thread is gone or going: it must not get another invocation. */
  readonly alive: () => boolean;
  readonly stop: () => Promise<void>;
};

export type SandboxOptions = {
  readonly data: Omit<SandboxData, "gate">;
  readonly environment: Readonly<Record<string, string>>;
  readonly onLog: (text: string) => void;
  readonly onCrashPoint: (id: string) => void;
};

/** Lambda's own bound on the init phase. */
const initTimeoutMs = 10_000;

export function startSandbox(options: SandboxOptions): Sandbox {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const worker = startWorker(options, gate.buffer);
  const life = followWorker(worker, options);
  const kill = (describe: Describe): void => {
    life.end(describe);
    void worker.terminate();
  };
  const initTimer = setTimeout(() => kill(timedOut(initTimeoutMs)), initTimeoutMs);
  void life.started.then(() => clearTimeout(initTimer));
  return {
    started: life.started,
    alive: life.alive,
    arm: crashPoint => post(worker, { kind: "arm", crashPoint }),
    stop: async () => {
      life.end(exited("signal: killed"));
      await worker.terminate();
    },
    run: async (requestId, payload, timeoutMs) => {
      await life.started;
      const outcome = life.expect(requestId);
      post(worker, { kind: "invoke", requestId, payload, timeoutMs });
      Atomics.store(gate, 0, 1);
      Atomics.notify(gate, 0);
      const timer = setTimeout(() => kill(timedOut(timeoutMs)), timeoutMs);
      return outcome.finally(() => clearTimeout(timer));
    },
  };
}

/** What a dead sandbox answers to the invocation that it took along. */
type Describe = (requestId: string) => SandboxOutcome;

type Life = {
  readonly started: Promise<void>;
  readonly alive: () => boolean;
  /** Resolves with the invocation's outcome, at once when the sandbox is dead. */
  readonly expect: (requestId: string) => Promise<SandboxOutcome>;
  /** Declares the sandbox dead; the first description stays. */
  readonly end: (describe: Describe) => void;
};

function followWorker(worker: Worker, options: SandboxOptions): Life {
  const started = Promise.withResolvers<void>();
  let settle: ((outcome: SandboxOutcome) => void) | undefined;
  let abandon: ((describe: Describe) => void) | undefined;
  let lastWords: string | undefined;
  let ended: Describe | undefined;
  const end = (describe: Describe): void => {
    ended ??= describe;
    started.resolve();
    abandon?.(ended);
  };
  worker.on("message", (message: FromSandbox) => {
    if (message.kind === "log") options.onLog(message.text);
    else if (message.kind === "ready") started.resolve();
    else if (message.kind === "dying") lastWords = message.payload;
    else if (message.kind === "crash-point") options.onCrashPoint(message.id);
    else settle?.(message);
  });
  worker.on("error", () => end(exited("signal: killed")));
  worker.on("exit", code => {
    if (lastWords !== undefined) end(said(lastWords));
    else end(exited(code === 137 ? "signal: killed" : `exit status ${code}`));
  });
  return {
    started: started.promise,
    alive: () => ended === undefined,
    end,
    expect: requestId =>
      new Promise(resolve => {
        settle = resolve;
        abandon = describe => resolve(describe(requestId));
        if (ended !== undefined) abandon(ended);
      }),
  };
}

function startWorker(options: SandboxOptions, gate: SharedArrayBuffer): Worker {
  const { data, environment, onLog } = options;
  const worker = new Worker(new URL("./runtime/bootstrap.ts", import.meta.url), {
    env: { ...environment },
    // None of this process's own flags (a test runner's loader, an inspector) reach the sandbox.
    execArgv: [],
    argv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: data.memoryMegabytes },
    workerData: { ...data, gate } satisfies SandboxData,
  });
  // What is written before the bootstrap takes the streams over: warnings of Node itself.
  for (const stream of [worker.stdout, worker.stderr]) stream.setEncoding("utf8").on("data", onLog);
  return worker;
}

function post(worker: Worker, message: ToSandbox): void {
  worker.postMessage(message);
}

function said(payload: string): Describe {
  return () => ({ kind: "threw", payload, calls: [] });
}

function exited(how: string): Describe {
  const reason =
    how === "exit status 0"
      ? "Runtime exited without providing a reason"
      : `Runtime exited with error: ${how}`;
  return requestId => threw("Runtime.ExitError", `RequestId: ${requestId} Error: ${reason}`);
}

function timedOut(afterMs: number): Describe {
  const seconds = (afterMs / 1000).toFixed(2);
  return requestId =>
    threw("Sandbox.Timedout", `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`);
}

function threw(errorType: string, errorMessage: string): SandboxOutcome {
  return { kind: "threw", payload: JSON.stringify({ errorType, errorMessage }), calls: [] };
}
