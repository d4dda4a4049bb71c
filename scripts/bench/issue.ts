// bench:issue: certificates a second through the whole path (a factory line's TLS at the edge, the API, the functions,
// DynamoDB Local, the Private CA server with its rates lifted) at 1, 8 and 32 clients, and where the time goes.
// `--devices=N` and `--seconds=S` bound each of the three (600 and 15 when not given), whichever is reached first.
// `--backlog=N` instead posts N devices at once against the CA's default rates. `--json`: one object as the last line.
import { parseArgs } from "node:util";
import { measureBacklog } from "./issue/backlog.ts";
import { largestBundle } from "./issue/bundles.ts";
import { certificatesPerSecond } from "./issue/ceiling.ts";
import { enrolAtOnce, type Run } from "./issue/enrol-at-once.ts";
import { type Shares, shareOut } from "./issue/shares.ts";
import { traceRecorder } from "./issue/traces.ts";
import { count, mean, percentile, report, say, table } from "./report.ts";
import { startFleetCloud } from "./revocation/fleet-cloud.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    devices: { type: "string", default: "600" },
    seconds: { type: "string", default: "15" },
    backlog: { type: "string" },
  },
});

type Level = { readonly clients: number; readonly run: Run; readonly shares: Shares };

async function measureLevels(): Promise<void> {
  const ceiling = await certificatesPerSecond(2_000);
  say("Starting a local cloud …");
  const traces = traceRecorder("post-certificates");
  const fleet = await startFleetCloud({ onInvocation: traces.onInvocation });
  const levels: Level[] = [];
  try {
    const bound = { devices: Number(values.devices), seconds: Number(values.seconds) };
    // Sandboxes, connections and compiled code: what a line that has run for a minute meets.
    await enrolAtOnce(fleet.factory, { prefix: "warm", clients: 32, devices: 400, seconds: 20 });
    for (const clients of [1, 8, 32]) {
      traces.take();
      const run = await enrolAtOnce(fleet.factory, { prefix: `at-${clients}`, clients, ...bound });
      levels.push({ clients, run, shares: shareOut(run.latenciesMs, traces.take()) });
      say(`  ${clients} clients: ${run.latenciesMs.length} certificates in ${run.seconds.toFixed(1)} s`);
    }
    showLevels(levels);
    const bundle = await largestBundle(fleet.cloud.files.bundles);
    say(`\nlargest bundle: ${bundle.name}, ${count(bundle.bytes)} bytes`);
    reportLevels(levels, ceiling, bundle.bytes);
  } finally {
    await fleet.stop();
  }
}

const rateOf = ({ run }: Level): number => run.latenciesMs.length / run.seconds;

function showLevels(levels: readonly Level[]): void {
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  say("\nper certificate, means:");
  table(
    ["", ...levels.map(({ clients }) => `${clients} clients`)],
    [
      ["certificates a second", ...levels.map(level => rateOf(level).toFixed(1))],
      ["p50", ...levels.map(({ run }) => ms(percentile(run.latenciesMs, 0.5)))],
      ["p99", ...levels.map(({ run }) => ms(percentile(run.latenciesMs, 0.99)))],
      ["client, edge, gateway, wait for a sandbox", ...levels.map(({ shares }) => ms(shares.outsideMs))],
      ["function: our code", ...levels.map(({ shares }) => ms(shares.ownMs))],
      ["function: DynamoDB calls", ...levels.map(({ shares }) => ms(shares.databaseMs))],
      ["function: Private CA calls", ...levels.map(({ shares }) => ms(shares.caMs))],
      ["function: waiting for the CA to sign", ...levels.map(({ shares }) => ms(shares.signingMs))],
      ["DynamoDB reads", ...levels.map(({ shares }) => shares.databaseReads.toFixed(2))],
      ["DynamoDB writes", ...levels.map(({ shares }) => shares.databaseWrites.toFixed(2))],
      ["Private CA calls", ...levels.map(({ shares }) => shares.caCalls.toFixed(2))],
      ["answered 202 at first", ...levels.map(({ run }) => String(run.repeated))],
    ],
  );
}

function reportLevels(levels: readonly Level[], ceiling: number, largestBundleBytes: number): void {
  const atEight = levels.find(({ clients }) => clients === 8);
  if (atEight === undefined) throw new Error("eight clients are measured");
  const rate = (level: Level) => ({
    metric: `certs_per_second_${level.clients}`,
    value: rateOf(level),
    unit: "1/s",
    theory: ceiling,
    ...(level === atEight ? { target: 60 } : {}),
  });
  const calls = (of: (shares: Shares) => number): number => mean(levels.map(({ shares }) => of(shares)));
  report("issue", [
    ...levels.map(rate),
    { metric: "p99_ms_8", value: percentile(atEight.run.latenciesMs, 0.99), unit: "ms" },
    { metric: "ceiling_certs_per_second", value: ceiling, unit: "1/s" },
    {
      metric: "dynamodb_calls_per_certificate",
      value: calls(shares => shares.databaseReads + shares.databaseWrites),
      unit: "calls",
      target: 3,
    },
    { metric: "ca_calls_per_certificate", value: calls(shares => shares.caCalls), unit: "calls", target: 2 },
    { metric: "largest_bundle_bytes", value: largestBundleBytes, unit: "B", target: 1_000_000 },
  ]);
}

await (values.backlog === undefined ? measureLevels() : measureBacklog(Number(values.backlog)));
