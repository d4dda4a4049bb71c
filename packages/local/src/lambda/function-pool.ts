// The sandboxes of one function: reuses an idle one, starts another up to the reserved concurrency, throttles past it.
// Without a reserved concurrency AWS would start up to a thousand; this machine starts a few, and the rest wait their turn.
import { randomUUID } from "node:crypto";
import type { Clock } from "../wire/clock.ts";
import { sandboxEnvironment } from "./environment.ts";
import {
  defaultMemoryMegabytes,
  type FunctionDefinition,
  functionArn,
  type InvokeResult,
  payloadLimits,
  sandboxesAtOnce,
} from "./function-definition.ts";
import type { FunctionLog } from "./function-log.ts";
import { type Sandbox, type SandboxOutcome, startSandbox } from "./sandbox.ts";
import type { ArmedCrashPoint, TimedCall } from "./sandbox-message.ts";

/** What a tracing agent would tell of one invocation. */
export type InvocationTrace = {
  readonly functionName: string;
  readonly failed: boolean;
  readonly durationMs: number;
  readonly calls: readonly TimedCall[];
};

export type FunctionPool = {
  /** Undefined when every sandbox that the reserved concurrency allows is busy. */
  readonly invoke: (payload: string) => Promise<InvokeResult> | undefined;
  /** Starts a sandbox if there is none. */
  readonly warm: () => Promise<void>;
  /** Arms a crash point in all sandboxes, present and future. */
  readonly arm: (crashPoint: ArmedCrashPoint) => void;
  readonly stop: () => Promise<void>;
};

export type PoolOptions = {
  readonly definition: FunctionDefinition;
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly clockOffsetMs: SharedArrayBuffer | undefined;
  readonly log: FunctionLog;
  readonly onCrashPoint: (id: string) => void;
  readonly onInvocation?: ((trace: InvocationTrace) => void) | undefined;
};

const logTailBytes = 4096;

/** AWS ends an idle sandbox after minutes; here it is sooner, for each holds tens of megabytes of this machine. */
const idleLimitMs = 60_000;

/** A sandbox and what the invocation in it has written so far. */
type Slot = { readonly sandbox: Sandbox; output: string; idleSinceMs: number };

type Pool = PoolOptions & {
  readonly idle: Slot[];
  readonly all: Set<Slot>;
  readonly crashPoints: ArmedCrashPoint[];
  /** Invocations that wait for a sandbox, first come first served. */
  readonly waiting: PromiseWithResolvers<Slot>[];
};

export function openFunctionPool(options: PoolOptions): FunctionPool {
  const pool: Pool = { ...options, idle: [], all: new Set(), crashPoints: [], waiting: [] };
  const reaper = setInterval(() => endIdle(pool), idleLimitMs / 4).unref();
  return {
    invoke: payload => {
      const slot = takeSlot(pool);
      if (slot !== undefined) return runIn(pool, slot, payload);
      return pool.definition.reservedConcurrency === undefined ? runInTurn(pool, payload) : undefined;
    },
    warm: async () => {
      const slot = pool.all.size === 0 ? takeSlot(pool) : undefined;
      if (slot === undefined) return;
      await slot.sandbox.started;
      releaseSlot(pool, slot);
    },
    arm: crashPoint => {
      pool.crashPoints.push(crashPoint);
      for (const { sandbox } of pool.all) sandbox.arm(crashPoint);
    },
    stop: async () => {
      clearInterval(reaper);
      for (const turn of pool.waiting.splice(0)) turn.reject(new Error("the local Lambda is stopping"));
      await Promise.all([...pool.all].map(slot => slot.sandbox.stop()));
    },
  };
}

/** The sandbox used last comes first, as at AWS: the others grow cold. */
function takeSlot(pool: Pool): Slot | undefined {
  for (let slot = pool.idle.pop(); slot !== undefined; slot = pool.idle.pop()) {
    if (slot.sandbox.alive()) return slot;
    pool.all.delete(slot);
  }
  const limit = pool.definition.reservedConcurrency ?? sandboxesAtOnce;
  if (pool.all.size >= limit) return undefined;
  const slot = openSlot(pool);
  pool.all.add(slot);
  return slot;
}

function releaseSlot(pool: Pool, slot: Slot): void {
  slot.idleSinceMs = performance.now();
  if (slot.sandbox.alive()) pool.idle.push(slot);
  else pool.all.delete(slot);
  const next = pool.waiting.shift();
  const free = next === undefined ? undefined : takeSlot(pool);
  if (free !== undefined) next?.resolve(free);
}

/** All but the one used last: the next event should not find the function cold. */
function endIdle(pool: Pool): void {
  const coldest = pool.idle.slice(0, -1).filter(slot => performance.now() - slot.idleSinceMs > idleLimitMs);
  for (const slot of coldest) {
    pool.idle.splice(pool.idle.indexOf(slot), 1);
    pool.all.delete(slot);
    void slot.sandbox.stop();
  }
}

async function runInTurn(pool: Pool, payload: string): Promise<InvokeResult> {
  const turn = Promise.withResolvers<Slot>();
  pool.waiting.push(turn);
  return runIn(pool, await turn.promise, payload);
}

async function runIn(pool: Pool, slot: Slot, payload: string): Promise<InvokeResult> {
  const requestId = randomUUID();
  slot.output = "";
  const write = (line: string): void => {
    slot.output += line;
    pool.log.write(line);
  };
  write(`START RequestId: ${requestId} Version: $LATEST\n`);
  const startedMs = performance.now();
  const timeoutMs = pool.definition.timeoutSeconds * 1000;
  const outcome = bounded(await slot.sandbox.run(requestId, payload, timeoutMs));
  if (outcome.kind === "threw") write(errorLine(pool.clock, requestId, outcome.payload));
  const durationMs = performance.now() - startedMs;
  write(`END RequestId: ${requestId}\n${reportLine(requestId, durationMs)}`);
  const failed = outcome.kind === "threw";
  pool.onInvocation?.({ functionName: pool.definition.name, failed, durationMs, calls: outcome.calls });
  const logTail = tail(slot.output);
  releaseSlot(pool, slot);
  const functionError = outcome.kind === "threw" ? "Unhandled" : undefined;
  return { requestId, functionError, payload: outcome.payload, logTail };
}

function openSlot(pool: Pool): Slot {
  const { definition, region, accountId } = pool;
  const day = pool.clock.now().toISOString().slice(0, 10).replaceAll("-", "/");
  const logStream = `${day}/[$LATEST]${randomUUID().replaceAll("-", "")}`;
  const slot: Slot = {
    output: "",
    idleSinceMs: 0,
    sandbox: startSandbox({
      environment: sandboxEnvironment(definition, { region, logStream }),
      onLog: text => {
        slot.output = slot.output.slice(-logTailBytes) + text;
        pool.log.write(text);
      },
      onCrashPoint: pool.onCrashPoint,
      data: {
        bundlePath: definition.bundlePath,
        handler: definition.handler,
        functionName: definition.name,
        functionArn: functionArn(region, accountId, definition.name),
        memoryMegabytes: definition.memoryMegabytes ?? defaultMemoryMegabytes,
        logGroupName: `/aws/lambda/${definition.name}`,
        logStreamName: logStream,
        clockOffsetMs: pool.clockOffsetMs,
        crashPoints: [...pool.crashPoints],
      },
    }),
  };
  return slot;
}

function bounded(outcome: SandboxOutcome): SandboxOutcome {
  const limit = payloadLimits.synchronousResponseBytes;
  if (Buffer.byteLength(outcome.payload) <= limit) return outcome;
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${limit} bytes).`;
  return {
    kind: "threw",
    payload: JSON.stringify({ errorType: "Function.ResponseSizeTooLarge", errorMessage }),
    calls: outcome.calls,
  };
}

function errorLine(clock: Clock, requestId: string, payload: string): string {
  return `${clock.now().toISOString()}\t${requestId}\tERROR\tInvoke Error \t${payload}\n`;
}

function reportLine(requestId: string, durationMs: number): string {
  return `REPORT RequestId: ${requestId}\tDuration: ${durationMs.toFixed(2)} ms\tBilled Duration: ${Math.ceil(durationMs)} ms\n`;
}

function tail(output: string): string {
  return Buffer.from(output).subarray(-logTailBytes).toString("utf8");
}
