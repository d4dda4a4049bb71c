// Checks the deployment without AWS and without Pulumi's engine: SST's platform from the npm registry, then tsc over
// sst.config.ts and infra/, then the resource graph under Pulumi's mocks (tests/infra).
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";

const root = join(import.meta.dirname, "..");
const bin = join(root, "node_modules/.bin");
const platform = join(root, ".sst/platform");
const env = {
  ...process.env,
  PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`,
  // The platform alone: no Pulumi, no Bun, nothing sent home.
  SST_SKIP_DEPENDENCY_CHECK: "1",
  SST_NO_BUN: "1",
  SST_TELEMETRY_DISABLED: "1",
};

type Outcome = { readonly status: number | null; readonly output: string };

function run(command: string, args: readonly string[], show: boolean): Outcome {
  const result = spawnSync(command, args, {
    cwd: root,
    env,
    encoding: "utf8",
    stdio: show ? "inherit" : "pipe",
    maxBuffer: 64 * 1024 * 1024,
    timeout: 600_000,
  });
  return { status: result.status, output: `${result.stdout ?? ""}${result.stderr ?? ""}` };
}

function stop(message: string): never {
  console.error(`\ninfra:check: ${message}`);
  process.exit(1);
}

/** Of what is installed, by its own package file; undefined where nothing is. */
function versionIn(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  return /"version": "v?([^"]+)"/.exec(readFileSync(file, "utf8"))?.[1];
}

/** The pinned versions, each from the one file that pins it. */
function pinned(): { readonly sst: string | undefined; readonly aws: string | undefined } {
  const config = readFileSync(join(root, "sst.config.ts"), "utf8");
  return {
    sst: versionIn(join(root, "node_modules/sst/package.json")),
    aws: /aws: \{ version: "([^"]+)"/.exec(config)?.[1],
  };
}

function isInstalled(): boolean {
  const { sst, aws } = pinned();
  const mark = join(platform, "version");
  const marked = existsSync(mark) ? readFileSync(mark, "utf8").trim() : undefined;
  return marked === sst && versionIn(join(platform, "node_modules/@pulumi/aws/package.json")) === aws;
}

function installPlatform(): void {
  if (isInstalled()) return;
  console.log("Installing SST's platform (350 MB in .sst, half a minute; kept for the next time) …");
  // SST itself would try for minutes, and say nothing.
  const provider = `@pulumi/aws@${pinned().aws}`;
  const asked = run(
    "npm",
    ["view", provider, "version", "--fetch-retries=0", "--fetch-timeout=30000"],
    false,
  );
  if (asked.status !== 0) {
    console.error(asked.output);
    stop(`the npm registry does not give ${provider}, which is needed once to check the deployment`);
  }
  rmSync(platform, { recursive: true, force: true });
  const { output } = run("node", ["node_modules/sst/bin/sst.mjs", "install", "--stage", "check"], false);
  if (!isInstalled()) stop(`SST's platform could not be installed\n${output}`);
}

/** SST's sources are checked by nobody but SST: what tsc finds there, under our stricter rules, is not ours. */
function checkTypes(): void {
  const { status, output } = run("tsc", ["-p", "infra", "--pretty", "false"], false);
  const findings = output.split("\n").filter(line => /error TS\d+/.test(line));
  const ours = findings.filter(line => !line.startsWith(".sst/"));
  if (ours.length > 0) stop(`types\n${ours.join("\n")}`);
  if (status !== 0 && findings.length === 0) stop(`tsc failed\n${output}`);
}

function checkGraph(): void {
  const { status } = run("vitest", ["run", "--project", "infra", ...process.argv.slice(2)], true);
  if (status !== 0) stop("the resource graph is not what it must be; the findings are above.");
  console.log(readFileSync(join(root, ".sst/graph/summary.txt"), "utf8"));
}

for (const [name, step] of Object.entries({
  "SST's platform": installPlatform,
  types: checkTypes,
  "resource graph": checkGraph,
})) {
  const started = performance.now();
  step();
  console.log(`infra:check, ${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
