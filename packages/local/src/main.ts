// The commands on top of the local cloud: `start`, `local` and `demo`. Exit codes: 0 done, 1 a step or a start failed.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type LocalCloud, startLocalCloud } from "./cloud/local-cloud.ts";
import { fixedPorts, freePorts } from "./cloud/settings.ts";
import { type LifecycleResult, runLifecycle } from "./demo/lifecycle.ts";
import { duration, narrator, StepFailedError } from "./demo/narrator.ts";
import { describeServing } from "./demo/serving.ts";
import { PortBusyError } from "./wire/listen.ts";

const usage = "usage: start | local [--fresh] | demo";
const stateDirectory = join(import.meta.dirname, "../../../.edgecert");
const say = (line = ""): void => console.log(line);

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { fresh: { type: "boolean", default: false } },
  });
  const command = positionals[0];
  if (command === "demo") return demo();
  if (command !== "start" && command !== "local") throw new Error(usage);
  if (values.fresh) {
    rmSync(stateDirectory, { recursive: true, force: true });
    say("All data of earlier starts is forgotten.");
  }
  await serve(command === "start");
}

/** Starts on fixed ports, runs the lifecycle when asked, and serves until Ctrl-C. */
async function serve(withLifecycle: boolean): Promise<void> {
  const interrupted = new Promise<void>(resolve => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
  const cloud = await startNarrated(() =>
    startLocalCloud({
      ports: fixedPorts,
      stateDirectory,
      durable: true,
      onStage: stage => say(`  … ${stage}`),
    }),
  );
  let failed = false;
  try {
    const result = withLifecycle ? await tellLifecycle(cloud) : undefined;
    for (const line of await describeServing(cloud, stateDirectory, result)) say(line);
    await interrupted;
    say("\nStopping …");
  } catch (error) {
    failed = true;
    report(error);
  }
  await cloud.stop();
  process.exit(failed ? 1 : 0);
}

/** The lifecycle once, on free ports, in a directory that is removed afterwards. */
async function demo(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "edgecert-demo-"));
  let cloud: LocalCloud | undefined;
  let failed = false;
  try {
    cloud = await startNarrated(() =>
      startLocalCloud({ ports: freePorts, stateDirectory: directory, durable: false }),
    );
    await tellLifecycle(cloud);
    say("\nEvery step held.");
  } catch (error) {
    failed = true;
    report(error);
  }
  await cloud?.stop();
  if (failed) console.error(`Logs and certificates of this run are kept in ${directory}`);
  else rmSync(directory, { recursive: true, force: true });
  process.exit(failed ? 1 : 0);
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
      `edgecert: ${error.message}. Stop it (or another \`npm start\`) and run this again; \`npm run demo\` takes free ports.`,
    );
  } else console.error("edgecert:", error);
}

main().catch((error: unknown) => {
  report(error);
  process.exit(1);
});
