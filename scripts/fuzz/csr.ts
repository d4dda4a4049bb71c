// fuzz:csr: mutated CSRs in JSON, NDJSON and EST bodies against the handlers that take them.
// `--seconds N` (30) and `--seed S` (by the clock; printed). A failing input is made smaller, written to a file and
// named with the line that runs it again: `--replay <file>`.
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "30" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    replay: { type: "string" },
  },
});
// The log lines of thousands of refused requests would be all there is to see; those of one input tell what happened.
if (values.replay === undefined) process.env["POWERTOOLS_LOG_LEVEL"] = "SILENT";
const { fuzz, heapGrowth, mostCpuMs, tryInput } = await import("./run.ts");
const { shrink } = await import("./shrink.ts");
const { readInput, saveInput } = await import("./saved-input.ts");

/** Caches and compiled code settle within this; a leak passes it soon. */
const mostGrowthMegabytes = 4;

async function replay(path: string): Promise<void> {
  const tried = await tryInput(readInput(path), true);
  console.log(tried);
  process.exitCode = tried.failure === undefined ? 0 : 1;
}

async function run(seed: number, seconds: number): Promise<void> {
  console.log(`seed ${seed}, ${seconds} s`);
  const { iterations, answers, failures, slowest, heapMegabytes } = await fuzz({ seed, seconds });
  console.table(Object.fromEntries([...answers].sort().map(([key, inputs]) => [key, { inputs }])));
  console.log(`${iterations} inputs, ${failures.length} failures`);
  console.log(`slowest: ${slowest.cpuMs.toFixed(1)} ms of CPU (${slowest.route}); the limit is ${mostCpuMs}`);
  const growth = heapGrowth(heapMegabytes);
  console.log(
    growth === undefined
      ? "heap: too few inputs to tell"
      : `heap after collection: ${heapMegabytes.map(size => size.toFixed(1)).join(" ")} MB, grown by ${growth.toFixed(2)}`,
  );
  for (const failure of failures) {
    const path = saveInput(`${seed}-${failure.iteration}`, await shrink(failure));
    console.log(`${failure.kind}: ${failure.detail}\n  npm run fuzz:csr -- --replay ${path}`);
  }
  const isGrowing = growth !== undefined && growth > mostGrowthMegabytes;
  process.exitCode = failures.length > 0 || isGrowing ? 1 : 0;
}

await (values.replay === undefined
  ? run(Number(values.seed), Number(values.seconds))
  : replay(values.replay));
