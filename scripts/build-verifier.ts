// npm run build:verifier: dist/verifier/edgecert-verifier.mjs, one file that any Node origin can import (docs/origin.md).
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildVerifier } from "#verifier/build/build-verifier.ts";

const directory = join(import.meta.dirname, "../dist/verifier");
mkdirSync(directory, { recursive: true });
const file = join(directory, "edgecert-verifier.mjs");
writeFileSync(file, await buildVerifier());
console.log(file);
