// Runs inside QuickJS. Cuts the engine down to what the runtime 2.0 page lists, and freezes Date at the start.
// QuickJS knows more of the language than the edge does: what works here and not there must fail here.
import { GuestBuffer } from "./buffer.ts";
import { requireModule } from "./built-in-modules.ts";
import { bytesOfText, textOfBytes } from "./bytes.ts";
import { callHost } from "./host-call.ts";

// Taken now: once a function runs, the globals are the runtime's, and Reflect is not one of them.
const { construct, deleteProperty, get } = Reflect;
const { defineProperty } = Object;

// biome-ignore format: a table of names.
const unlisted: readonly (readonly [owner: string, names: readonly string[]])[] = [
  ["String", ["fromCodePoint", "raw"]],
  ["String.prototype", ["at", "isWellFormed", "toWellFormed", "matchAll", "normalize"]],
  ["Array", ["from", "fromAsync"]],
  ["Array.prototype", ["at", "with", "findLast", "findLastIndex", "toReversed", "toSorted", "toSpliced", "flatMap", "flat", "values", "keys", "entries"]],
  ["Object", ["groupBy", "fromEntries", "hasOwn", "getOwnPropertySymbols"]],
  ["Promise", ["try", "withResolvers"]],
  ["Uint8Array.prototype.__proto__", ["at", "with", "findLast", "findLastIndex", "toReversed", "toSorted", "values", "keys", "entries"]],
  ["DataView.prototype", ["getBigInt64", "setBigInt64", "getBigUint64", "setBigUint64", "getFloat16", "setFloat16"]],
  ["ArrayBuffer.prototype", ["resize", "transfer", "transferToFixedLength"]],
  ["Math", ["f16round", "sumPrecise"]],
];

/** Replaces what must differ, adds what the runtime has, and deletes the rest; `listed` names every global to keep. */
export function applyDocumentedGlobals(listed: readonly string[]): void {
  const keep = new Set(listed);
  const refuse = () => {
    throw new TypeError("code generation from strings is not supported");
  };
  refuse.prototype = Function.prototype;
  // The constructors of function kinds are reachable from any function, not only by name.
  for (const kind of [() => {}, async () => {}, function* () {}]) {
    defineProperty(Object.getPrototypeOf(kind), "constructor", {
      value: refuse,
      configurable: false,
      writable: false,
    });
  }
  for (const [owner, names] of unlisted) {
    const target = owner.split(".").reduce((object: object, name) => get(object, name), globalThis);
    for (const name of names) deleteProperty(target, name);
  }
  // The engine's own would begin each run with the same numbers: all runs begin in the same memory.
  defineProperty(Math, "random", {
    value: () => callHost("random"),
    configurable: true,
    writable: true,
    enumerable: false,
  });
  const added = {
    ...{ Function: refuse, eval: refuse, Date: frozenDate(), Buffer: GuestBuffer, require: requireModule },
    console: { log: (text: unknown) => callHost("log", String(text)) },
    atob: (text: unknown) => callHost("atob", String(text)),
    btoa: (text: unknown) => callHost("btoa", String(text)),
    ...{ TextEncoder: GuestTextEncoder, TextDecoder: GuestTextDecoder },
  };
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!keep.has(name) && !(name in added)) deleteProperty(globalThis, name);
  }
  for (const [name, value] of Object.entries(added)) {
    defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable: false });
  }
}

/** `new Date()` and `Date.now()` stand still at the start of the run; everything else is Date's own. */
function frozenDate(): unknown {
  const Real = Date;
  const start = () => Number(callHost("now"));
  const Frozen = function (...values: readonly unknown[]) {
    if (!new.target) return new Real(start()).toString();
    return construct(Real, values.length === 0 ? [start()] : values, new.target);
  };
  Frozen.now = start;
  Frozen.parse = Real.parse;
  Frozen.UTC = Real.UTC;
  Frozen.prototype = Real.prototype;
  defineProperty(Real.prototype, "constructor", { value: Frozen, configurable: true, writable: true });
  return Frozen;
}

class GuestTextEncoder {
  readonly encoding = "utf-8";

  encode(text = ""): Uint8Array {
    return bytesOfText(text, "utf8");
  }

  encodeInto(text: string, target: Uint8Array): { read: number; written: number } {
    let [read, written] = [0, 0];
    while (read < text.length) {
      const character = String(text.slice(read).match(/^[\uD800-\uDBFF][\uDC00-\uDFFF]|^[\s\S]/)?.[0]);
      const bytes = bytesOfText(character, "utf8");
      if (written + bytes.length > target.length) break;
      target.set(bytes, written);
      written += bytes.length;
      read += character.length;
    }
    return { read, written };
  }
}

class GuestTextDecoder {
  readonly encoding = "utf-8";

  decode(bytes: ArrayBufferView | ArrayBuffer = new Uint8Array(0)): string {
    return textOfBytes(bytes, "utf8");
  }
}
