// Bundles every Lambda function as it is deployed: one minified ESM file each, nothing left to resolve at run time.

import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { functionCatalogue } from "../catalogue/function-catalogue.ts";

const root = join(import.meta.dirname, "../../../..");

/** Writes `<outputDirectory>/<fileOf(name)>.mjs` for each function; throws with the bundler's own messages. */
export async function buildFunctions(
  outputDirectory: string,
  fileOf: (functionName: string) => string = functionName => functionName,
): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: Object.entries(functionCatalogue).map(([name, { entry }]) => ({
      in: join(root, "packages/functions/src", entry),
      out: fileOf(name),
    })),
    outdir: outputDirectory,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    minify: true,
    sourcemap: "linked",
    platform: "node",
    format: "esm",
    target: "node24",
    mainFields: ["module", "main"],
    alias: { "@aws-sdk/credential-provider-node": join(root, "packages/aws/src/role-credentials.ts") },
    define: { PROBLEM_PAGES: JSON.stringify(problemPages()) },
    logLevel: "error",
    // Some dependencies are CommonJS and call require for node built-ins.
    banner: {
      js: 'import { createRequire as __cr } from "node:module"; const require = __cr(import.meta.url);',
    },
  });
}

/** The pages that `GET /problems/{code}` serves: the bundles carry them, since a function has no other files. */
function problemPages(): Readonly<Record<string, string>> {
  const directory = join(root, "docs/problems");
  const files = readdirSync(directory).filter(file => file.endsWith(".md"));
  return Object.fromEntries(
    files.map(file => [basename(file, ".md"), readFileSync(join(directory, file), "utf8")]),
  );
}
