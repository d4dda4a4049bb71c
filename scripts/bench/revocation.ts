// bench:revocation: from a compromise event on the bus to a refused TLS handshake, on a running local cloud with
// propagation delay zero. `--certificates=N`: how many of the lot's 10,000 are really issued (1,000 when not given; all
// of them take some minutes). `--json` prints one object as the last line.
import { parseArgs } from "node:util";
import { percentile, report, say } from "./report.ts";
import { startFleetCloud } from "./revocation/fleet-cloud.ts";
import { lotSize, measureLot } from "./revocation/lot.ts";
import { measureSingles } from "./revocation/single.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    singles: { type: "string", default: "200" },
    certificates: { type: "string", default: "1000" },
  },
});

say("Starting a local cloud …");
const fleet = await startFleetCloud();
try {
  const { toRefusalMs, toPageMs } = await measureSingles(fleet, Number(values.singles));
  const slowest = toRefusalMs.toSorted((a, b) => b - a).slice(0, 3);
  say(`  until the page is at the edge: p50 ${percentile(toPageMs, 0.5).toFixed(0)} ms`);
  say(
    `  the slowest, cold starts of the functions among them: ${slowest.map(ms => ms.toFixed(0)).join(", ")} ms`,
  );
  const lot = await measureLot(fleet, Math.min(lotSize, Number(values.certificates)));
  say(
    `  of its ${lotSize} slots ${lot.realCertificates} have a real certificate; ${lot.probes} of those were probed by handshakes`,
  );
  const inMs = (metric: string, share: number, target: number) => ({
    metric,
    value: percentile(toRefusalMs, share),
    unit: "ms",
    target,
  });
  report("revocation", [
    inMs("event_to_refusal_p50_ms", 0.5, 300),
    inMs("event_to_refusal_p99_ms", 0.99, 1_000),
    { metric: "lot_10k_last_refusal_s", value: lot.lastRefusalSeconds, unit: "s", target: 5 },
    { metric: "lot_10k_store_calls", value: lot.storeCalls, unit: "calls", target: 1, theory: 1, peer: 200 },
  ]);
} finally {
  await fleet.stop();
}
