// One QuickJS runtime in which every run finds fresh globals: 2 MB, a CPU budget, and no door but the host operations.
// It is prepared once and its memory kept; putting that back takes a tenth of the time that preparing another one does.
import variant from "@jitl/quickjs-singlefile-mjs-release-sync";
import {
  newQuickJSWASMModuleFromVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSWASMModule,
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

/** Below what overflows the host's own stack: an overflow there aborts the engine instead of throwing. */
const stackBytes = 128 * 1024;

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

type Sandbox = { readonly run: (source: string, state: RunState, limits: SandboxLimits) => SandboxEnd };

/** The first one serves; the second is there for when the first breaks. */
const sandboxes: Sandbox[] = [];
await addSandbox();
void addSandbox();

async function addSandbox(): Promise<void> {
  sandboxes.push(prepareSandbox(await newQuickJSWASMModuleFromVariant(variant)));
}

/** Runs the module once, from clean globals. Never throws. */
export function runInSandbox(source: string, state: RunState, limits: SandboxLimits): SandboxEnd {
  const [sandbox] = sandboxes;
  try {
    // Without one the run fails, closed, until another is there.
    if (sandbox === undefined) throw new Error("no sandbox is ready");
    return sandbox.run(source, state, limits);
  } catch (error) {
    // An engine that aborted, or unwound its stack from outside, is not used again.
    if (sandboxes.shift() !== undefined) void addSandbox();
    return { kind: "failed", reason: "exception", message: `engine: ${String(error)}` };
  }
}

function prepareSandbox(engine: QuickJSWASMModule): Sandbox {
  const runtime = engine.newRuntime();
  runtime.setMaxStackSize(stackBytes);
  // Every built-in module is an object that `require` knows; the loader only gives it a default export.
  runtime.setModuleLoader(name => `export default require(${JSON.stringify(name)});`);
  let isOverTime = (): boolean => false;
  runtime.setInterruptHandler(() => isOverTime());
  const context = runtime.newContext();
  let current = noRun;
  const host = context.newFunction("__host", (name: QuickJSHandle, values: QuickJSHandle) =>
    context.newString(performHostOperation(current, context.getString(name), context.getString(values))),
  );
  context.setProp(context.global, "__host", host);
  host.dispose();
  context.unwrapResult(context.evalCode(guestBundle(), "guest.js")).dispose();
  const restore = keepMemory(engine);
  return {
    run: (source, state, limits) => {
      restore();
      runtime.setMemoryLimit(limits.memoryBytes);
      current = state;
      const started = process.threadCpuUsage();
      let timedOut = false;
      isOverTime = () => {
        const { user, system } = process.threadCpuUsage(started);
        timedOut ||= user + system > limits.cpuMilliseconds * 1_000;
        return timedOut;
      };
      const thrown = evaluate(context, source) ?? drainJobs(context);
      // A function may catch its own interruption and go on: over the limit is over the limit.
      if (timedOut)
        return { kind: "failed", reason: "time", message: `over ${limits.cpuMilliseconds} ms of CPU` };
      return endOf(state, thrown);
    },
  };
}

/**
 * All of an engine's state is in its memory, and nothing of it is in use between runs. What lies above the copy was free
 * then and is free again.
 */
function keepMemory(engine: QuickJSWASMModule): () => void {
  const memory = engine.getWasmMemory();
  const all = new Uint8Array(memory.buffer);
  let used = all.length;
  while (used > 0 && all[used - 1] === 0) used -= 1;
  const kept = all.slice(0, used);
  // Not `all`: a memory that has grown since has another buffer.
  return () => new Uint8Array(memory.buffer).set(kept);
}

function endOf(state: RunState, thrown: string | undefined): SandboxEnd {
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
