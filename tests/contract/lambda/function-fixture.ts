// Builds small functions for the Lambda tests the way the product's are built: esbuild, one ES module each.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { FunctionDefinition } from "#local/lambda/function-definition.ts";

export const accountId = "111122223333";
export const region = "us-east-1";

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), "edgecert-lambda-"));
}

let count = 0;

/** Bundles `source`, an ES module that exports `handler`, and defines a function of it. */
export async function aFunction(
  source: string,
  overrides: Partial<FunctionDefinition> = {},
): Promise<FunctionDefinition> {
  count += 1;
  const name = overrides.name ?? `function-${count}`;
  const bundlePath = join(temporaryDirectory(), "bundle.mjs");
  await build({
    stdin: { contents: source, resolveDir: process.cwd(), loader: "ts" },
    outfile: bundlePath,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    // CommonJS dependencies inside an ES module ask for `require`.
    banner: {
      js: "import{createRequire as __requireFrom}from'node:module';const require=__requireFrom(import.meta.url);",
    },
    logLevel: "silent",
  });
  return {
    name,
    bundlePath,
    handler: "handler",
    environment: {},
    accessKeyId: "test",
    timeoutSeconds: 5,
    ...overrides,
  };
}
