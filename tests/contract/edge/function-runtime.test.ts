import { createHash, createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  createFunctionRuntime,
  FunctionCodeError,
  type FunctionRun,
} from "#local/edge/function-runtime/function-runtime.ts";
import { now, replicaOf, testClock } from "./test-edge.ts";

const replica = replicaOf({ text: "v\u0000\u00e9", json: '{"a":[1]}', bad: "{" });

function run(code: string, event: unknown = {}): FunctionRun {
  const runtime = createFunctionRuntime(
    "viewer-request",
    { name: "f", code },
    { clock: testClock(), replica },
  );
  return runtime.invoke(event);
}

/** The value of an expression inside the runtime; `await` is allowed at its start. */
function evaluate(expression: string): unknown {
  const { end } =
    run(`import cf from 'cloudfront'; import crypto from 'crypto'; import querystring from 'querystring';
async function handler(event) { const value = ${expression}; return { value: value }; }`);
  if (end.kind === "failed") throw new Error(end.message);
  return (end.value as { value: unknown }).value; // Made by the handler above.
}

describe("what the runtime has", () => {
  const rows: readonly (readonly [string, unknown])[] = [
    ["await cf.kvs().get('text')", "v\u0000\u00e9"],
    ["await cf.kvs().get('json', { format: 'json' })", { a: [1] }],
    ["await cf.kvs('some-id').exists('none')", false],
    ["await cf.kvs().exists('text')", true],
    ["await cf.kvs().meta()", replica.meta()],
    [
      "crypto.createHash('sha256').update('a').update('bc').digest('hex')",
      createHash("sha256").update("abc").digest("hex"),
    ],
    [
      "crypto.createHash('md5').update(new Uint8Array([1, 2])).digest('base64')",
      createHash("md5")
        .update(Buffer.from([1, 2]))
        .digest("base64"),
    ],
    [
      "require('crypto').createHmac('sha1', 'k').update('x').digest('base64url')",
      createHmac("sha1", "k").update("x").digest("base64url"),
    ],
    ["Buffer.from('aGk_', 'base64url').toString('hex')", "68693f"],
    ["Buffer.concat([Buffer.from('a'), Buffer.from([98])]).toString()", "ab"],
    ["Buffer.from('ff01fe', 'hex').readInt16LE(0)", 511],
    ["Buffer.from('ff01', 'hex').readInt8(0)", -1],
    ["new TextDecoder().decode(new TextEncoder().encode('\u00e9'))", "\u00e9"],
    ["atob('aGk=') + btoa('hi')", "hiaGk="],
    ["querystring.parse('a=1&a=2&b=%20')", { a: ["1", "2"], b: " " }],
    ["Math.clz32(1) + Math.imul(2, 3)", 37],
    ["new Date().toISOString()", now.toISOString()],
    ["Date.now()", now.getTime()],
    ["Date.parse('2026-01-01T00:00:00Z')", Date.UTC(2026, 0, 1)],
    ["'a'.padStart(3, '-').replaceAll('-', '+')", "++a"],
  ];
  it.each(rows)("%s", (expression, expected) => {
    expect(evaluate(expression)).toEqual(expected);
  });
});

describe("what the runtime lacks", () => {
  it.each([
    ...["await cf.kvs().get('none')", "await cf.kvs().get('bad', { format: 'json' })", "require('fs')"],
    ...["crypto.createHash('sha512')", "(function () {}).constructor('return 1')()", "globalThis.eval('1')"],
    ...["[1].at(0)", "Object.fromEntries([])", "[[1]].flat()", "crypto.randomBytes(1)", "cf.kvs().count()"],
  ])("%s throws", expression => {
    expect(() => evaluate(expression)).toThrow();
  });

  it.each([
    "Map",
    "Set",
    "Proxy",
    "Reflect",
    "BigInt",
    "WeakRef",
    "SharedArrayBuffer",
    "setTimeout",
    "process",
    "__host",
  ])("globalThis.%s is undefined", name => {
    expect(evaluate(`typeof globalThis.${name}`)).toBe("undefined");
  });

  it.each([
    ...[
      "const { a } = event;",
      "for (const x of []) {}",
      "class A {}",
      "const a = event?.b;",
      "const b = [...event];",
    ],
    ...["Math.max(await event);", "const m = new Map();", "const n = 1n;", "function g(a = 1) {}"],
  ])("`%s` cannot be published", body => {
    expect(() => run(`async function handler(event) { ${body} return event; }`)).toThrow(FunctionCodeError);
  });
});

describe("a run", () => {
  it("that exceeds its CPU time fails although the function catches everything", () => {
    const code =
      "async function spin() { while (true) {} } async function handler(event) { try { await spin(); } catch (e) { return event; } }";
    expect(run(code).end).toMatchObject({ kind: "failed", reason: "time" });
  });

  it("fails without the handler", () => {
    expect(run("function connectionHandler(connection) {}").end).toMatchObject({
      kind: "failed",
      reason: "exception",
    });
  });

  it("fails when the top level throws", () => {
    expect(run("throw new Error('top'); function handler(event) { return event; }").end).toMatchObject({
      message: "Error: top",
    });
  });
});

describe("runs one after the other", () => {
  const environment = { clock: testClock(), replica };
  const runtime = createFunctionRuntime(
    "viewer-request",
    {
      name: "f",
      code: `var seen = typeof globalThis.left + ' ' + typeof [].left;
async function handler(event) {
  if (event.leave) { globalThis.left = 1; Array.prototype.left = 1; Object.prototype.toString = null; }
  if (event.spin) { while (true) {} }
  if (event.fill) { var all = []; while (true) { all.push('x'.repeat(1000)); } }
  if (event.recurse) { return handler(event); }
  if (event.later) { Promise.resolve().then(function () { while (true) {} }); }
  return { seen: seen, random: Math.random() };
}`,
    },
    environment,
  );

  it.each([
    { what: "leaves something on a global and a prototype", event: { leave: true } },
    { what: "runs out of time", event: { spin: true } },
    { what: "runs out of time in a job it has queued", event: { later: true } },
    { what: "runs out of memory", event: { fill: true } },
    { what: "runs out of stack", event: { recurse: true } },
  ])("find clean globals, all memory and all limits again after one that $what", ({ event }) => {
    for (const _ of [1, 2]) {
      const { end } = runtime.invoke(event);
      expect(end.kind).toBe("leave" in event ? "returned" : "failed");
      expect(runtime.invoke({}).end).toMatchObject({ value: { seen: "undefined undefined" } });
    }
  });

  it("do not repeat each other's random numbers", () => {
    const randomOf = ({ end }: FunctionRun) => (end.kind === "returned" ? end.value : end);
    expect(randomOf(runtime.invoke({}))).not.toEqual(randomOf(runtime.invoke({})));
  });
});
