// Runs a vector program in QuickJS, a small engine of the edge runtime's kind, with the runtime's `crypto` in its place.

import { createHash } from "node:crypto";
import variant from "@jitl/quickjs-singlefile-mjs-release-sync";
import { newQuickJSWASMModuleFromVariant, type QuickJSContext } from "quickjs-emscripten-core";
import { type Engine, type Program, parseOutcomes } from "./program.ts";

const cryptoModule = `
  function createHash(name) {
    let data = "";
    const hash = { update: text => { data += text; return hash; }, digest: encoding => digest(name, data, encoding) };
    return hash;
  }
  export default { createHash: createHash };
`;

export const runInQuickjs: Engine = async program => parseOutcomes(await printInQuickjs(program));

/** What the program prints. */
export async function printInQuickjs(program: Program): Promise<string> {
  const quickjs = await newQuickJSWASMModuleFromVariant(variant);
  const runtime = quickjs.newRuntime();
  const modules: Readonly<Record<string, string>> = { ...program.modules, crypto: cryptoModule };
  runtime.setModuleLoader(name => modules[name] ?? { error: new Error(`no module ${name}`) });
  const context = runtime.newContext();
  let printed = "";
  defineGlobals(context, text => {
    printed += text;
  });
  context.unwrapResult(context.evalCode(program.main, "function.js", { type: "module" })).dispose();
  context.unwrapResult(runtime.executePendingJobs());
  context.dispose();
  runtime.dispose();
  return printed;
}

function defineGlobals(context: QuickJSContext, print: (text: string) => void): void {
  const printer = context.newFunction("log", text => print(context.getString(text)));
  // A timer as njs has it: one at a time is enough here.
  let startedMs = 0;
  const time = context.newFunction("time", () => {
    startedMs = performance.now();
  });
  const timeEnd = context.newFunction("timeEnd", label =>
    print(`${context.getString(label)}: ${performance.now() - startedMs}ms\n`),
  );
  const console = context.newObject();
  context.setProp(console, "log", printer);
  context.setProp(console, "time", time);
  context.setProp(console, "timeEnd", timeEnd);
  context.setProp(context.global, "console", console);
  const digest = context.newFunction("digest", (name, data, encoding) =>
    context.newString(
      createHash(context.getString(name))
        .update(context.getString(data))
        .digest(context.getString(encoding) === "hex" ? "hex" : "base64"),
    ),
  );
  context.setProp(context.global, "digest", digest);
  for (const handle of [printer, time, timeEnd, console, digest]) handle.dispose();
}
