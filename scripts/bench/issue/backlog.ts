// `--backlog=N`: N devices posted at once against the CA's default rates (25 certificates a second). All are issued
// within 1.1 times what the rate alone takes, none is lost and none issued twice, by the CA's own ledger.
import { Worker } from "node:worker_threads";
import { count, percentile, report, say } from "../report.ts";
import { startFleetCloud } from "../revocation/fleet-cloud.ts";
import type { BacklogData, BacklogRun } from "./backlog-clients.ts";

const certificatesPerSecond = 25;
const prefix = "backlog";

export async function measureBacklog(devices: number): Promise<void> {
  say("Starting a local cloud …");
  const fleet = await startFleetCloud({ limits: "aws" });
  try {
    const { cloud, factory } = fleet;
    const { agent: _, ...access } = factory;
    const run = await runClients({ access, prefix, devices });
    const asked = cloud.services.pca.ledger().flatMap(({ subject }) => {
      const holder = new RegExp(`CN=(${prefix}-\\d+)(,|$)`).exec(subject)?.[1];
      return holder === undefined ? [] : [holder];
    });
    const holders = new Set(asked);
    say(`  ${count(devices)} devices, the last POST answered after ${run.postedSeconds.toFixed(1)} s;`);
    say(`  answers to the first POST: ${JSON.stringify(run.firstAnswers)}; ${count(run.polls)} polls`);
    const theory = devices / certificatesPerSecond;
    report("issue-backlog", [
      { metric: "backlog_devices", value: devices, unit: "devices" },
      { metric: "backlog_issued_s", value: run.seconds, unit: "s", target: theory * 1.1, theory },
      { metric: "backlog_lost", value: devices - holders.size, unit: "devices", target: 0 },
      { metric: "backlog_issued_twice", value: asked.length - holders.size, unit: "certificates", target: 0 },
      { metric: "backlog_post_p99_ms", value: percentile(run.postMs, 0.99), unit: "ms" },
    ]);
  } finally {
    await fleet.stop();
  }
}

function runClients(workerData: BacklogData): Promise<BacklogRun> {
  const worker = new Worker(new URL("./backlog-clients.ts", import.meta.url), { workerData });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.on("exit", code => reject(new Error(`the clients ended with ${code}`)));
  });
}
