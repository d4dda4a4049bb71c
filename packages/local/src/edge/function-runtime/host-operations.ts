// What a function's sandbox may ask of the edge, and what it leaves behind. JSON text in, JSON text out.
import { createHash, createHmac } from "node:crypto";
import { supportedGlobals } from "#edge/build/runtime-language.ts";
import type { EdgeReplica } from "../replica.ts";

export type FunctionKind = "connection" | "viewer-request";

/** One run's input and everything it did; written by the operations only. */
export type RunState = {
  readonly kind: FunctionKind;
  readonly event: unknown;
  readonly now: Date;
  readonly replica: EdgeReplica;
  readonly logs: string[];
  decision: "allow" | "deny" | undefined;
  customData: string | undefined;
  result: { readonly value: unknown } | undefined;
  failure: string | undefined;
};

type Operation = (state: RunState, ...values: readonly unknown[]) => unknown;

/** `connection-logs`: at most 800 bytes of UTF-8; the runtime page: console output is cut at 10 KB. */
const maxCustomDataBytes = 800;
const maxLogBytes = 10_240;
/** Names of the engine itself that the guest needs; not reachable from a function once it runs. */
const keptGlobals = [...supportedGlobals];

const operations: Readonly<Record<string, Operation>> = {
  globals: () => keptGlobals,
  event: state => ({ kind: state.kind, event: state.event }),
  now: state => state.now.getTime(),
  random: () => Math.random(),
  log: (state, text) => void state.logs.push(cutUtf8(String(text), maxLogBytes)),
  text: (_state, hex, encoding) => Buffer.from(String(hex), "hex").toString(knownEncoding(encoding)),
  bytes: (_state, text, encoding) => Buffer.from(String(text), knownEncoding(encoding)).toString("hex"),
  atob: (_state, text) => atob(String(text)),
  btoa: (_state, text) => btoa(String(text)),
  digest: (_state, algorithm, key, data, encoding) => digest(String(algorithm), key, String(data), encoding),
  "kvs.get": (state, key) => {
    const value = state.replica.get(String(key));
    if (value === undefined) throw new Error(`key not found: ${String(key)}`);
    return value;
  },
  "kvs.exists": (state, key) => state.replica.exists(String(key)),
  "kvs.meta": state => state.replica.meta(),
  // What a later allow() does to a deny() is not documented; here a denial stands.
  allow: state => {
    state.decision ??= "allow";
  },
  deny: state => {
    state.decision = "deny";
  },
  // Whether a second call appends or replaces is not documented; here it replaces.
  logCustomData: (state, text) => {
    state.customData = cutUtf8(String(text), maxCustomDataBytes);
  },
  finish: (state, value) => {
    state.result = { value };
  },
  fail: (state, message) => {
    state.failure = String(message);
  },
};

/** Never throws: an error becomes `{error}`, which the guest throws inside the sandbox. */
export function performHostOperation(state: RunState, name: string, argumentsText: string): string {
  try {
    const operation = operations[name];
    if (operation === undefined) throw new Error(`no operation ${name}`);
    const values: readonly unknown[] = JSON.parse(argumentsText);
    return JSON.stringify({ value: operation(state, ...values) });
  } catch (error) {
    return JSON.stringify({ error: error instanceof Error ? error.message : String(error) });
  }
}

/** The longest prefix of at most `maxBytes` that ends between characters. */
export function cutUtf8(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  let end = Math.min(maxBytes, bytes.length);
  while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end);
}

function knownEncoding(encoding: unknown): "utf8" | "hex" | "base64" | "base64url" {
  return encoding === "hex" || encoding === "base64" || encoding === "base64url" ? encoding : "utf8";
}

function digest(algorithm: string, keyHex: unknown, dataHex: string, encoding: unknown): string {
  const hash =
    typeof keyHex === "string" ? createHmac(algorithm, Buffer.from(keyHex, "hex")) : createHash(algorithm);
  const name = encoding === "base64" || encoding === "base64url" ? encoding : "hex";
  return hash.update(Buffer.from(dataHex, "hex")).digest(name);
}
