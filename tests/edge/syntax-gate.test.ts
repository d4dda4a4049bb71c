// The gate holds source to the documented language of the edge runtime: each feature next to the form that is refused.

import { describe, expect, it } from "vitest";
import { findUnsupportedSyntax } from "#edge/build/syntax-gate.ts";

const accepted: readonly string[] = [
  "let a = 1; const b = a ** 2; var c = `a`",
  `const a = 1; const t = \`a \${a}\``,
  "const f = (a, b) => a + b",
  "function f(...rest) { return rest.length }",
  "for (let i = 0; i < 3; i += 1) { if (i) continue; else break }",
  "for (const key in { a: 1 }) { key }",
  "outer: while (true) { do { break outer } while (false) }",
  "switch (1) { case 1: break; default: }",
  "try { throw new Error('x') } catch (error) { error } finally { }",
  "const o = { a: 1, 'b': 2, get c() { return 1 }, set c(v) { v } }",
  "const r = /^(?<year>\\d+)(?:-)(?=x)(?!y)$/gim",
  "const n = 1_000",
  "async function f() { const a = await g(); return await g(a) } function g(x) { return x }",
  "async function f() { if (await g()) { return 1 } return (await g()).length } function g() { }",
  "import cf from 'cloudfront'; cf.kvs()",
  "import crypto from 'crypto'; crypto.createHash('sha256')",
  "const crypto = require('crypto')",
  "new Uint8Array(2); Buffer.from('x'); atob('x'); Math.clz32(1); globalThis.x = 1",
  "Promise.all([]).then(x => x).catch(x => x)",
  "function Map() { } new Map()",
];

const refused: readonly [source: string, finding: RegExp][] = [
  ["for (const a of [1]) { a }", /ForOfStatement/],
  ["class A { }", /Class/],
  ["const { a } = { a: 1 }", /ObjectPattern/],
  ["const [a] = [1]", /ArrayPattern/],
  ["function f({ a }) { return a }", /ObjectPattern/],
  ["function f(a = 1) { return a }", /AssignmentPattern/],
  ["Math.max(...[1])", /SpreadElement/],
  ["const a = [...[1]]", /SpreadElement/],
  ["const a = { ...{} }", /SpreadElement/],
  ["function* g() { }", /generator/],
  ["const a = {}; a?.b", /ChainExpression/],
  ["const a = 1; a ?? 2", /operator \?\?/],
  ["let a = 1; a ||= 2", /operator \|\|=/],
  ["let a = 1; a ??= 2", /operator \?\?=/],
  ["export const a = 1", /Export/],
  ["export default 1", /Export/],
  ["const a = 1n", /BigInt/],
  ["new Map()", /global Map/],
  ["new Set()", /global Set/],
  ["new WeakMap()", /global WeakMap/],
  ["new Proxy({}, {})", /global Proxy/],
  ["BigInt(1)", /global BigInt/],
  ["setTimeout(1, 2)", /global setTimeout/],
  ["process.exit()", /global process/],
  ["eval('1')", /global eval/],
  ["new Function('1')", /global Function/],
  ["fetch('x')", /global fetch/],
  ["const a = 1; const b = { a }", /shorthand/],
  ["const a = { b() { } }", /shorthand/],
  ["const a = { ['b']: 1 }", /computed/],
  ["try { } catch { }", /catch without a binding/],
  ["String.raw`a`", /TaggedTemplate/],
  ["new.target", /./],
  ["import('crypto')", /ImportExpression/],
  ["import { createHash } from 'crypto'", /ImportSpecifier/],
  ["import * as crypto from 'crypto'", /ImportNamespaceSpecifier/],
  ["import fs from 'fs'", /import of fs/],
  ["import './other.js'", /import of/],
  ["async function f() { g(await g()) } function g() { }", /await in an argument/],
  ["async function f() { new g(1 + await g()) } function g() { }", /await in an argument/],
  ["await 1", /await outside/],
  ["function f() { return async () => 1 }", /async closure/],
  ["[1].map(async x => x)", /async closure or argument/],
  ["const r = /(?<=a)b/", /regular expression group/],
  ["const r = /(?<!a)b/", /regular expression group/],
  ["const r = /a/s", /regular expression flag/],
  ["const r = /a/u", /regular expression flag/],
  ["const r = /a/y", /regular expression flag/],
  ["let a = ;", /does not parse/],
  ["with ({}) { }", /does not parse/],
  ["var a = 010", /does not parse/],
];

describe("the syntax gate", () => {
  it.each(accepted)("accepts %s", source => {
    expect(findUnsupportedSyntax(source)).toEqual([]);
  });

  it.each(refused)("refuses %s", (source, finding) => {
    expect(findUnsupportedSyntax(source).join("\n")).toMatch(finding);
  });

  it("says on which line it found what", () => {
    expect(findUnsupportedSyntax("let a = 1;\n\na ||= 2;")).toEqual(["line 3: operator ||="]);
  });
});
