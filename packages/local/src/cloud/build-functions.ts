// Bundles every Lambda function as it is deployed: one minified ESM file each, nothing left to resolve at run time.

import { join } from "node:path";
import { build } from "esbuild";
import { functionCatalogue } from "./function-catalogue.ts";

const root = join(import.meta.dirname, "../../../..");

/** Writes `<outputDirectory>/<name>.mjs` for each function; throws with the bundler's own messages. */
export async function buildFunctions(outputDirectory: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: Object.entries(functionCatalogue).map(([name, { entry }]) => ({
      in: join(root, "packages/functions/src", entry),
      out: name,
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
    logLevel: "error",
    // Some dependencies are CommonJS and call require for node built-ins.
    banner: {
      js: 'import { createRequire as __cr } from "node:module"; const require = __cr(import.meta.url);',
    },
  });
}
