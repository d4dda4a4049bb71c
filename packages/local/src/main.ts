// The commands on top of the local cloud: `start`, `local` and `demo`.
// Exit codes: 0 done, 1 a step or a start failed, 130 interrupted before it served.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { OutdatedTableError } from "./cloud/create-table.ts";
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from "./cloud/local-cloud.ts";
import { fixedPorts, freePorts } from "./cloud/settings.ts";
import { type LifecycleResult, runLifecycle } from "./demo/lifecycle.ts";
import { duration, narrator, StepFailedError } from "./demo/narrator.ts";
import { describeServing } from "./demo/serving.ts";
import { aborted, interruption, unlessAborted } from "./interruption.ts";
import { PortBusyError } from "./wire/listen.ts";

const usage = "usage: start | local [--fresh] [--data <directory>] | demo";
const home = join(import.meta.dirname, "../../../.edgecert");
const say = (line = ""): void => console.log(line);

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { fresh: { type: "boolean", default: false }, data: { type: "string" } },
  });
  const command = positionals[0];
  if (command === "demo") return demo();
  if (command !== "start" && command !== "local") throw new Error(usage);
  const stateDirectory = values.data === undefined ? home : resolve(values.data);
  if (values.fresh) {
    forget(stateDirectory);
    say("All data of earlier starts is forgotten.");
  }
  // Fixed ports also see to it that two starts never share the usual data; another place is free to take others.
  const ports = values.data === undefined ? fixedPorts : freePorts;
  await serve({ ports, stateDirectory }, command === "start");
}

/** Removes what a start makes, by name: the directory is the user's choice and may hold what is not ours. */
function forget(stateDirectory: string): void {
  const made = [
    "state",
    "functions",
    "tls",
    "logs",
    "firmware",
    "devices",
    "trust-bundle.pem",
    "operator-token",
    "endpoints.env",
    "stack.json",
  ];
  for (const name of made) rmSync(join(stateDirectory, name), { recursive: true, force: true });
}

/** Starts, runs the lifecycle when asked, and serves until Ctrl-C. */
async function serve(place: Place, withLifecycle: boolean): Promise<void> {
  const code = await withCloud({ ...place, durable: true }, async (cloud, signal) => {
    const result = withLifecycle ? await unlessAborted(signal, tellLifecycle(cloud)) : undefined;
    for (const line of await describeServing(cloud, place.stateDirectory, result)) say(line);
    await aborted(signal);
    say("\nStopping …");
  });
  process.exit(code);
}

/** The lifecycle once, on free ports, in a directory that is removed afterwards. */
async function demo(): Promise<void> {
  const stateDirectory = mkdtempSync(join(tmpdir(), "edgecert-demo-"));
  const code = await withCloud(
    { ports: freePorts, stateDirectory, durable: false },
    async (cloud, signal) => {
      await unlessAborted(signal, tellLifecycle(cloud));
      say("\nEvery step held.");
    },
  );
  if (code === 1) console.error(`Logs and certificates of this run are kept in ${stateDirectory}`);
  else rmSync(stateDirectory, { recursive: true, force: true });
  process.exit(code);
}

type Place = Pick<LocalCloudOptions, "ports" | "stateDirectory">;

/** Answers the exit code. Whatever happens, nothing that was started is left running. */
async function withCloud(
  options: Place & Pick<LocalCloudOptions, "durable">,
  work: (cloud: LocalCloud, signal: AbortSignal) => Promise<void>,
): Promise<0 | 1 | 130> {
  const signal = interruption();
  const onStage = (stage: string): void => say(`  … ${stage}`);
  let cloud: LocalCloud | undefined;
  let code: 0 | 1 | 130 = 0;
  try {
    cloud = await startNarrated(() => startLocalCloud({ ...options, signal, onStage }));
    signal.throwIfAborted();
    await work(cloud, signal);
  } catch (error) {
    code = signal.aborted ? 130 : 1;
    if (signal.aborted) say("\nInterrupted. Stopping …");
    else report(error);
  }
  await cloud?.stop();
  return code;
}

async function startNarrated(start: () => Promise<LocalCloud>): Promise<LocalCloud> {
  const started = performance.now();
  say("Starting the local cloud (no AWS account is used) …");
  const cloud = await start();
  say(`The local cloud is up after ${duration(performance.now() - started)}.\n`);
  return cloud;
}

async function tellLifecycle(cloud: LocalCloud): Promise<LifecycleResult> {
  const started = performance.now();
  const runId = new Date()
    .toISOString()
    .replace(/[-:TZ.]/g, "")
    .slice(2, 14);
  const result = await runLifecycle(cloud, narrator(say), runId);
  say(`\nThe lifecycle took ${duration(performance.now() - started)}.`);
  return result;
}

function report(error: unknown): void {
  if (error instanceof StepFailedError) console.error(`\nedgecert: ${error.message}`);
  else if (error instanceof PortBusyError) {
    console.error(
      `edgecert: ${error.message}. Stop it (or another \`npm start\`) and run this again, or take free ports and data of your own: npm start -- --data <directory>.`,
    );
  } else if (error instanceof OutdatedTableError) {
    console.error(
      `edgecert: ${error.message}. Forget its data by the same command with --fresh behind it (npm start -- --fresh), or take another directory: npm start -- --data <directory>.`,
    );
  } else console.error("edgecert:", error);
}

main().catch((error: unknown) => {
  report(error);
  process.exit(1);
});
