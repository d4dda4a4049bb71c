// The guest files as one script, bundled once per process.
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

let bundle: string | undefined;

export function guestBundle(): string {
  bundle ??= build();
  return bundle;
}

function build(): string {
  const result = buildSync({
    entryPoints: [fileURLToPath(new URL("guest/run.ts", import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2020",
  });
  const text = result.outputFiles[0]?.text;
  if (text === undefined) throw new Error("esbuild gave no output for the guest files");
  return text;
}
