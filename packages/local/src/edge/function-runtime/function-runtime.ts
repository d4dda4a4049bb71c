// A CloudFront function (connection or viewer-request), checked as at publish and run as at the edge.
import { findUnsupportedSyntax } from "#edge/build/syntax-gate.ts";
import type { Clock } from "../../wire/clock.ts";
import type { EdgeReplica } from "../replica.ts";
import type { FunctionKind, RunState } from "./host-operations.ts";
import { runInSandbox, type SandboxEnd, type SandboxLimits } from "./sandbox.ts";

/** Documented limits, except the CPU time: see SandboxLimits. */
export const defaultSandboxLimits: SandboxLimits = { memoryBytes: 2 * 1024 * 1024, cpuMilliseconds: 50 };
/** 10 KB of source as uploaded, comments included. */
export const maxCodeBytes = 10_240;

/** What publishing would refuse; `findings` is never empty. */
export class FunctionCodeError extends Error {
  readonly findings: readonly string[];
  constructor(name: string, findings: readonly string[]) {
    super(`function ${name} cannot be published: ${findings.join("; ")}`);
    this.findings = findings;
  }
}

export type FunctionCode = { readonly name: string; readonly code: string };
export type FunctionEnvironment = {
  readonly clock: Clock;
  readonly replica: EdgeReplica;
  readonly limits?: SandboxLimits;
};

export type FunctionRun = Pick<RunState, "decision" | "customData"> & {
  readonly end: SandboxEnd;
  readonly logs: readonly string[];
};
export type FunctionRuntime = {
  readonly name: string;
  /** Like at the edge, every run starts from clean globals. */
  readonly invoke: (event: unknown) => FunctionRun;
};

const handlerNames = { connection: "connectionHandler", "viewer-request": "handler" } satisfies Record<
  FunctionKind,
  string
>;

/** Throws FunctionCodeError for code over 10 KB or outside the runtime's language. A missing handler fails each run. */
export function createFunctionRuntime(
  kind: FunctionKind,
  { name, code }: FunctionCode,
  environment: FunctionEnvironment,
): FunctionRuntime {
  checkCode(name, code);
  const handler = handlerNames[kind];
  const source = `${code}\n;__run(typeof ${handler} === "undefined" ? undefined : ${handler});`;
  const limits = environment.limits ?? defaultSandboxLimits;
  const invoke = (event: unknown): FunctionRun => {
    const state = newRunState(kind, event, environment);
    const end = runInSandbox(source, state, limits);
    return { end, logs: state.logs, decision: state.decision, customData: state.customData };
  };
  return { name, invoke };
}

function checkCode(name: string, code: string): void {
  const size = Buffer.byteLength(code);
  if (size > maxCodeBytes) throw new FunctionCodeError(name, [`${size} bytes, the limit is ${maxCodeBytes}`]);
  const findings = findUnsupportedSyntax(code);
  if (findings.length > 0) throw new FunctionCodeError(name, findings);
}

function newRunState(kind: FunctionKind, event: unknown, { clock, replica }: FunctionEnvironment): RunState {
  const empty = {
    logs: [],
    decision: undefined,
    customData: undefined,
    result: undefined,
    failure: undefined,
  };
  return { kind, event, now: clock.now(), replica, ...empty };
}
