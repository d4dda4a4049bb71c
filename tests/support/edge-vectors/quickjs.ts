// Runs a vector program in QuickJS, a small engine of the edge runtime's kind, with the runtime's `crypto` in its place.

import { createHash } from "node:crypto";
import variant from "@jitl/quickjs-singlefile-mjs-release-sync";
import { newQuickJSWASMModuleFromVariant, type QuickJSContext } from "quickjs-emscripten-core";
import { type Engine, parseOutcomes } from "./program.ts";

const cryptoModule = `
  function createHash(name) {
    let data = "";
    const hash = { update: text => { data += text; return hash; }, digest: encoding => digest(name, data, encoding) };
    return hash;
  }
  export default { createHash: createHash };
`;

export const runInQuickjs: Engine = async program => {
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
  return parseOutcomes(printed);
};

function defineGlobals(context: QuickJSContext, print: (text: string) => void): void {
  const printer = context.newFunction("log", text => print(context.getString(text)));
  const console = context.newObject();
  context.setProp(console, "log", printer);
  context.setProp(context.global, "console", console);
  const digest = context.newFunction("digest", (name, data, encoding) =>
    context.newString(
      createHash(context.getString(name))
        .update(context.getString(data))
        .digest(context.getString(encoding) === "hex" ? "hex" : "base64"),
    ),
  );
  context.setProp(context.global, "digest", digest);
  for (const handle of [printer, console, digest]) handle.dispose();
}
