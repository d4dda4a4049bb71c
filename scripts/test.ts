// The whole gate in order: the quick check first, then the deployment's, then the suites that start servers. Stops at the
// first failure.
import { spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";

const bin = join(import.meta.dirname, "../node_modules/.bin");
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}` };

const steps: readonly (readonly [string, readonly string[]])[] = [
  ["biome", ["check", "--error-on-warnings", "."]],
  ["tsc", ["-p", "."]],
  ["knip", []],
  ["node", ["scripts/infra-check.ts"]],
  ["vitest", ["run", "--project", "!infra", ...process.argv.slice(2)]],
];

for (const [command, args] of steps) {
  const started = performance.now();
  const { status } = spawnSync(command, args, { stdio: "inherit", env });
  if (status !== 0) {
    console.error(`\n${command} failed.`);
    process.exit(status ?? 1);
  }
  console.log(`${command}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
