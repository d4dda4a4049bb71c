// The functions of a local Lambda by name: how to invoke one, what it is, its log and its end.
import { AwsError } from "../wire/aws-json.ts";
import type { Clock } from "../wire/clock.ts";
import { type FaultInjector, runWithFaults } from "../wire/faults.ts";
import { assertDeployable } from "./environment.ts";
import {
  defaultMemoryMegabytes,
  type FunctionDefinition,
  functionArn,
  type InvokeResult,
  payloadLimits,
} from "./function-definition.ts";
import { type FunctionLog, openFunctionLog } from "./function-log.ts";
import { type FunctionPool, type InvocationTrace, openFunctionPool } from "./function-pool.ts";
import { ConnectionDroppedError, notFound, requestTooLarge } from "./invoke-error.ts";
import type { ArmedCrashPoint } from "./sandbox-message.ts";

export type DeploymentOptions = {
  readonly functions: readonly FunctionDefinition[];
  readonly logDirectory?: string | undefined;
  readonly accountId: string;
  readonly region: string;
  readonly clock: Clock;
  readonly faults?: FaultInjector;
  readonly clockOffsetMs?: SharedArrayBuffer | undefined;
  readonly onCrashPoint: (id: string) => void;
  readonly onInvocation?: ((trace: InvocationTrace) => void) | undefined;
};

/** Whatever takes a name throws ResourceNotFoundException for an unknown one. */
export type Deployment = {
  /** Takes JSON text. Throws AwsError when the invocation does not reach the function. */
  readonly invoke: (name: string, payload: string) => Promise<InvokeResult>;
  /** Throws what an asynchronous invocation would be refused with. */
  readonly assertAcceptable: (name: string, payload: string) => void;
  readonly configuration: (name: string) => Readonly<Record<string, unknown>>;
  readonly functionNames: () => readonly string[];
  readonly logLines: (name: string) => readonly string[];
  readonly arm: (name: string, crashPoint: ArmedCrashPoint) => void;
  readonly warm: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

type Deployed = {
  readonly definition: FunctionDefinition;
  readonly log: FunctionLog;
  readonly pool: FunctionPool;
};

/** Throws when a definition could not be deployed or a name comes twice. */
export function deployFunctions(options: DeploymentOptions): Deployment {
  const functions = openAll(options);
  const find = (name: string): Deployed => {
    const found = functions.get(name);
    if (found === undefined) throw notFound(functionArn(options.region, options.accountId, name));
    return found;
  };
  return {
    invoke: async (name, payload) => invokeOnce(find(name), payload, options.faults),
    assertAcceptable: (name, payload) => {
      find(name);
      assertFits(payload, payloadLimits.asynchronousRequestBytes);
    },
    configuration: name => describe(options, find(name).definition),
    functionNames: () => [...functions.keys()],
    logLines: name => find(name).log.lines(),
    arm: (name, crashPoint) => find(name).pool.arm(crashPoint),
    warm: async () => {
      await Promise.all([...functions.values()].map(({ pool }) => pool.warm()));
    },
    stop: async () => {
      await Promise.all([...functions.values()].map(({ pool }) => pool.stop()));
      for (const { log } of functions.values()) log.close();
    },
  };
}

function openAll(options: DeploymentOptions): ReadonlyMap<string, Deployed> {
  const functions = new Map<string, Deployed>();
  for (const definition of options.functions) {
    assertDeployable(definition);
    if (functions.has(definition.name)) throw new Error(`function ${definition.name} is defined twice`);
    const log = openFunctionLog(options.logDirectory, definition.name);
    const { region, accountId, clock, clockOffsetMs, onCrashPoint, onInvocation } = options;
    const shared = { region, accountId, clock, clockOffsetMs, onCrashPoint, onInvocation };
    const pool = openFunctionPool({ ...shared, definition, log });
    functions.set(definition.name, { definition, log, pool });
  }
  return functions;
}

async function invokeOnce(
  { definition, pool }: Deployed,
  payload: string,
  faults: FaultInjector | undefined,
): Promise<InvokeResult> {
  assertFits(payload, payloadLimits.synchronousRequestBytes);
  const outcome = await runWithFaults(faults, `Invoke ${definition.name}`, () => {
    const result = pool.invoke(payload);
    if (result === undefined) throw new AwsError("TooManyRequestsException", "Rate Exceeded.", 429);
    return result;
  });
  if (outcome.kind === "dropped")
    throw new ConnectionDroppedError(`invocation of ${definition.name} dropped`);
  return outcome.value;
}

function assertFits(payload: string, maxBytes: number): void {
  if (Buffer.byteLength(payload) > maxBytes) throw requestTooLarge(maxBytes);
}

function describe(
  options: DeploymentOptions,
  definition: FunctionDefinition,
): Readonly<Record<string, unknown>> {
  return {
    FunctionName: definition.name,
    FunctionArn: functionArn(options.region, options.accountId, definition.name),
    Handler: definition.handler,
    Runtime: "nodejs24.x",
    Timeout: definition.timeoutSeconds,
    MemorySize: definition.memoryMegabytes ?? defaultMemoryMegabytes,
    Environment: { Variables: definition.environment },
    PackageType: "Zip",
    State: "Active",
    LastUpdateStatus: "Successful",
    Version: "$LATEST",
  };
}
