// One QuickJS runtime for one run: fresh globals, 2 MB, a CPU budget, and no door but the host operations.
import variant from "@jitl/quickjs-singlefile-mjs-release-sync";
import {
  newQuickJSWASMModuleFromVariant,
  type QuickJSContext,
  type QuickJSHandle,
} from "quickjs-emscripten-core";
import { guestBundle } from "./guest-bundle.ts";
import { performHostOperation, type RunState } from "./host-operations.ts";

export type SandboxLimits = {
  /** Documented: 2 MB for a run. */
  readonly memoryBytes: number;
  /** Of this thread's CPU. The edge allows 5 ms; QuickJS in WebAssembly is slower, so the default is ten times that. */
  readonly cpuMilliseconds: number;
};

export type SandboxFailure = "exception" | "time";
export type SandboxEnd =
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "failed"; readonly reason: SandboxFailure; readonly message: string };

export type Sandbox = {
  /** Runs the module once; a second call is a bug. */
  readonly run: (source: string, state: RunState) => SandboxEnd;
  readonly dispose: () => void;
};

let engine = await newQuickJSWASMModuleFromVariant(variant);
/** Below what overflows the host's own stack: an overflow there aborts the engine instead of throwing. */
const stackBytes = 128 * 1024;

/** About 1 ms of work, so made ahead of the connection that uses it. */
export function prepareSandbox(limits: SandboxLimits): Sandbox {
  const runtime = engine.newRuntime();
  runtime.setMemoryLimit(limits.memoryBytes);
  runtime.setMaxStackSize(stackBytes);
  // Every built-in module is an object that `require` knows; the loader only gives it a default export.
  runtime.setModuleLoader(name => `export default require(${JSON.stringify(name)});`);
  const context = runtime.newContext();
  let current = noRun;
  const host = context.newFunction("__host", (name: QuickJSHandle, values: QuickJSHandle) =>
    context.newString(performHostOperation(current, context.getString(name), context.getString(values))),
  );
  context.setProp(context.global, "__host", host);
  host.dispose();
  context.unwrapResult(context.evalCode(guestBundle(), "guest.js")).dispose();
  return {
    run: (source, state) => {
      current = state;
      try {
        return runModule(context, source, state, limits.cpuMilliseconds);
      } catch (error) {
        return { kind: "failed", reason: "exception", message: `engine: ${String(error)}` };
      }
    },
    dispose: () => {
      try {
        context.dispose();
        runtime.dispose();
      } catch {
        void replaceEngine();
      }
    },
  };
}

/** An aborted engine refuses everything, its prepared sandboxes too; so runs fail, closed, until the new one is there. */
async function replaceEngine(): Promise<void> {
  engine = await newQuickJSWASMModuleFromVariant(variant);
}

/** Before a run there is nothing to ask for but the list of globals. */
const noRun: RunState = {
  kind: "connection",
  event: {},
  now: new Date(0),
  replica: {
    get: () => undefined,
    exists: () => false,
    meta: () => ({ creationDateTime: "", lastUpdatedDateTime: "", keyCount: 0 }),
  },
  logs: [],
  decision: undefined,
  customData: undefined,
  result: undefined,
  failure: undefined,
};

function runModule(
  context: QuickJSContext,
  source: string,
  state: RunState,
  cpuMilliseconds: number,
): SandboxEnd {
  const started = process.threadCpuUsage();
  let timedOut = false;
  context.runtime.setInterruptHandler(() => {
    const used = process.threadCpuUsage(started);
    timedOut ||= used.user + used.system > cpuMilliseconds * 1000;
    return timedOut;
  });
  const thrown = evaluate(context, source) ?? drainJobs(context);
  // A function may catch its own interruption and go on: over the limit is over the limit.
  if (timedOut) return { kind: "failed", reason: "time", message: `over ${cpuMilliseconds} ms of CPU` };
  const message = thrown ?? state.failure;
  if (message !== undefined) return { kind: "failed", reason: "exception", message };
  if (state.result === undefined)
    return { kind: "failed", reason: "exception", message: "the handler never settled" };
  return { kind: "returned", value: state.result.value };
}

function evaluate(context: QuickJSContext, source: string): string | undefined {
  const result = context.evalCode(source, "function.js", { type: "module" });
  if (result.error) return describe(context, result.error);
  const state = context.getPromiseState(result.value);
  result.value.dispose();
  if (state.type === "rejected") return describe(context, state.error);
  if (state.type === "fulfilled" && state.notAPromise !== true) state.value.dispose();
  return undefined;
}

function drainJobs(context: QuickJSContext): string | undefined {
  const result = context.runtime.executePendingJobs();
  if (!result.error) return undefined;
  return describe(result.error.context, result.error);
}

function describe(context: QuickJSContext, error: QuickJSHandle): string {
  const dumped: unknown = context.dump(error);
  error.dispose();
  if (typeof dumped !== "object" || dumped === null || !("message" in dumped)) return String(dumped);
  return `${"name" in dumped ? String(dumped.name) : "Error"}: ${String(dumped.message)}`;
}
