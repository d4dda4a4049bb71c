// Runs inside QuickJS, before a function's own source. That source ends with a call of `__run`, which takes its
// handler, gives it the event that the host holds, and reports what came of it.
import { completeBuffer } from "./buffer.ts";
import { applyDocumentedGlobals } from "./documented-globals.ts";
import { callHost } from "./host-call.ts";

const { deleteProperty } = Reflect;
completeBuffer();
applyDocumentedGlobals(callHost("globals") as readonly string[]); // The host sends the list of names it keeps.
Object.defineProperty(globalThis, "__run", { value: run, configurable: true });

function run(handler: unknown): void {
  deleteProperty(globalThis, "__run");
  if (typeof handler !== "function") throw new TypeError("the handler is not a function");
  const { kind, event } = callHost("event") as { kind: string; event: Record<string, unknown> }; // Made by the host.
  const argument = kind === "connection" ? withConnectionMethods(event) : event;
  const settle = async () => callHost("finish", (await handler(argument)) ?? null);
  settle().then(undefined, (error: unknown) => callHost("fail", describe(error)));
}

function withConnectionMethods(event: Record<string, unknown>): Record<string, unknown> {
  return {
    ...event,
    allow: () => void callHost("allow"),
    deny: () => void callHost("deny"),
    logCustomData: (text: unknown) => void callHost("logCustomData", String(text)),
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
