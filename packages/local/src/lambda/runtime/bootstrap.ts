// The first code in a sandbox (a worker thread): loads the bundle, then serves one invocation at a time.
// Between invocations the thread is frozen, as a Lambda sandbox is: work that nobody awaited does not go on.
import { setImmediate as nextTurn } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import type { FromSandbox, SandboxData, ToSandbox } from "../sandbox-message.ts";
import { timeCalls } from "./call-times.ts";
import { watchOutgoingRequests } from "./crash-hook.ts";
import { errorDocument, unhandledRejectionDocument } from "./error-document.ts";
import { trustExtraCertificates } from "./extra-certificates.ts";
import { type Handler, loadHandler } from "./load-handler.ts";
import { captureOutput } from "./output.ts";
import { shiftClock } from "./shifted-clock.ts";

if (parentPort === null) throw new Error("the bootstrap runs in a worker thread only");
const port = parentPort;
const data = workerData as SandboxData; // Set by sandbox.ts, the only starter of this file.
const gate = new Int32Array(data.gate);
const exit: (code: number) => never = process.exit.bind(process);
let requestId: string | undefined;

const send = (message: FromSandbox): void => port.postMessage(message);

if (data.clockOffsetMs !== undefined) shiftClock(data.clockOffsetMs);
trustExtraCertificates(process.env["NODE_EXTRA_CA_CERTS"]);
captureOutput(
  text => send({ kind: "log", text }),
  () => requestId,
);
const arm = watchOutgoingRequests(data.crashPoints, point => {
  send({ kind: "crash-point", id: point.id });
  return exit(137);
});
const times = timeCalls();
process.on("uncaughtException", error => {
  send({ kind: "dying", payload: errorDocument(error) });
  exit(129);
});
process.on("unhandledRejection", reason => {
  send({ kind: "dying", payload: unhandledRejectionDocument(reason) });
  exit(128);
});

const loaded = await loadHandler(data.bundlePath, data.handler);
if (loaded.kind === "failed") {
  send({ kind: "dying", payload: loaded.payload });
  exit(1);
}
const { handler } = loaded;
port.on("message", (message: ToSandbox) => {
  if (message.kind === "arm") arm(message.crashPoint);
  else void serve(handler, message);
});
send({ kind: "ready" });
freeze();

async function serve(call: Handler, message: ToSandbox & { kind: "invoke" }): Promise<void> {
  Atomics.store(gate, 0, 0);
  // Two turns of the loop: connections that a server closed while this thread was frozen leave the pool first.
  await nextTurn();
  await nextTurn();
  requestId = message.requestId;
  send(await outcome(call, message));
  requestId = undefined;
  freeze();
}

async function outcome(call: Handler, message: ToSandbox & { kind: "invoke" }): Promise<FromSandbox> {
  times.begin();
  try {
    const value = await call(JSON.parse(message.payload), context(message));
    return { kind: "returned", payload: stringify(value), calls: times.take() };
  } catch (error) {
    return { kind: "threw", payload: errorDocument(error), calls: times.take() };
  }
}

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value ?? null) ?? "null";
  } catch (cause) {
    throw new Error("Unable to stringify response body", { cause });
  }
}

function context(message: ToSandbox & { kind: "invoke" }): unknown {
  const deadline = performance.now() + message.timeoutMs;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: "$LATEST",
    functionName: data.functionName,
    memoryLimitInMB: String(data.memoryMegabytes),
    logGroupName: data.logGroupName,
    logStreamName: data.logStreamName,
    invokedFunctionArn: data.functionArn,
    awsRequestId: message.requestId,
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(deadline - performance.now())),
  };
}

function freeze(): void {
  Atomics.wait(gate, 0, 0);
}
