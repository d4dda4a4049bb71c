// npm run doctor: reads a stack file, looks at the deployment through AWS's own APIs and through its front door, and
// prints what is wrong with the remedy. Exit codes: 0 nothing critical, 1 something is, 2 it could not begin.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { diagnose } from "#core/doctor/diagnose.ts";
import { type CheckResult, exitCode } from "#core/doctor/result.ts";
import { type Stack, stackSchema } from "#core/doctor/stack.ts";
import { openDoctor } from "./open-doctor.ts";
import type { Identity } from "./shake-hands.ts";

const usage = "usage: npm run doctor -- --stack <file> [--json]; the file's form is in docs/doctor.md";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { stack: { type: "string" }, json: { type: "boolean", default: false } },
  });
  if (values.stack === undefined) throw new Error(usage);
  const stack = readStack(values.stack);
  const { ports, close } = openDoctor(stack);
  const results = await diagnose(stack, ports);
  close();
  const lines = values.json ? [JSON.stringify({ results }, undefined, 2)] : describe(results);
  for (const line of lines) console.log(line);
  process.exitCode = exitCode(results);
}

/** Files in it are resolved from its own folder. */
function readStack(file: string): Stack {
  const parsed = stackSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `/${path.join("/")}: ${message}`);
    throw new Error(`${file}:\n${faults.join("\n")}`);
  }
  const { canaries, serverCa, ...rest } = parsed.data;
  const beside = (path: string): string => resolve(dirname(file), path);
  const identity = (files: Identity | undefined) =>
    files && { certificate: beside(files.certificate), key: beside(files.key) };
  const [admitted, refused] = [identity(canaries.admitted), identity(canaries.refused)];
  return {
    ...rest,
    canaries: { ...(admitted && { admitted }), ...(refused && { refused }) },
    ...(serverCa === undefined ? {} : { serverCa: beside(serverCa) }),
  };
}

function describe(results: readonly CheckResult[]): readonly string[] {
  const lines = results.flatMap(({ check, level, about, detail, remedy }) => [
    `${level.padEnd(8)} ${check.padEnd(18)} ${about}: ${detail}`,
    ...(remedy === undefined ? [] : [`${" ".repeat(28)}→ ${remedy}`]),
  ]);
  const counted = (["critical", "warn", "skipped", "ok"] as const).map(
    wanted => `${results.filter(({ level }) => level === wanted).length} ${wanted}`,
  );
  return [...lines, "", counted.join(", ")];
}

main().catch((error: unknown) => {
  console.error(`edgecert: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(2);
});
