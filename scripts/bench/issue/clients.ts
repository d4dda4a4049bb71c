// The thread of `enrol-at-once.ts`: makes the devices' keys and requests first, then posts them and takes the time.
import { Agent } from "node:https";
import { parentPort, workerData } from "node:worker_threads";
import { type ApiAccess, callApi } from "#local/demo/api-client.ts";
import { makeKeyAndCsr } from "#local/demo/key-and-csr.ts";
import type { ClientsData, Run } from "./enrol-at-once.ts";

const { access, prefix, clients, devices, seconds } = workerData as ClientsData; // Set by enrol-at-once.ts alone.

const bodies = await Promise.all(
  Array.from({ length: devices }, async (_, number) => {
    const holder = `${prefix}-${number}`;
    return { holder, csr: (await makeKeyAndCsr(holder)).csr };
  }),
);
const latenciesMs: number[] = [];
let repeated = 0;
let next = 0;
const started = performance.now();

async function runClient(): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
    if (performance.now() - started > seconds * 1_000) break;
    const posted = performance.now();
    await enrol({ ...access, agent }, body);
    latenciesMs.push(performance.now() - posted);
  }
  agent.destroy();
}

async function enrol(line: ApiAccess, body: unknown): Promise<void> {
  for (;;) {
    const { status, headers, body: answer } = await callApi(line, { path: "/v1/certificates", body });
    if (status === 201) return;
    if (status !== 202 && status !== 503) throw new Error(`answered ${status}: ${JSON.stringify(answer)}`);
    repeated += 1;
    await new Promise(resolve => setTimeout(resolve, 1_000 * Number(headers["retry-after"] ?? 1)));
  }
}

await Promise.all(Array.from({ length: clients }, runClient));
const run: Run = { latenciesMs, seconds: (performance.now() - started) / 1_000, repeated };
parentPort?.postMessage(run);
