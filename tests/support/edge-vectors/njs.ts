// Runs a vector program in njs, the engine that the edge runtime appears to be derived from. It is a system package
// (`apt-get install njs`); where the command is absent, tests skip and say so.

import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Engine, type Program, parseOutcomes } from "./program.ts";

/** Such as `0.7.9`; undefined where the command is absent. */
export function njsVersion(): string | undefined {
  try {
    return execFileSync("njs", ["-v"], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

export const runInNjs: Engine = async program =>
  parseOutcomes((await printInNjs(program)).replaceAll("\n", ""));

/** What the program prints. */
export async function printInNjs(program: Program): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "edge-vectors-"));
  try {
    for (const [name, source] of Object.entries(program.modules)) writeFileSync(join(folder, name), source);
    const main = join(folder, "main.js");
    writeFileSync(main, program.main);
    const { stdout } = await promisify(execFile)("njs", ["-t", "module", "-p", folder, main], {
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
