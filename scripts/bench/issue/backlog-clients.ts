// The thread of `backlog.ts`: posts every device at once over the connections that a site has, then asks for each
// enrolment as its answer says, until all are issued.
import { Agent } from "node:https";
import { parentPort, workerData } from "node:worker_threads";
import { type ApiAccess, type ApiAnswer, callApi } from "#local/demo/api-client.ts";
import { makeKeyAndCsr } from "#local/demo/key-and-csr.ts";

export type BacklogData = {
  readonly access: Omit<ApiAccess, "agent">;
  readonly prefix: string;
  readonly devices: number;
};

export type BacklogRun = {
  /** From the first POST to the last certificate. */
  readonly seconds: number;
  /** Until every POST had its first answer. */
  readonly postedSeconds: number;
  readonly postMs: readonly number[];
  /** Status → how many first answers had it. */
  readonly firstAnswers: Readonly<Record<string, number>>;
  readonly polls: number;
};

const connections = 32;
const { access, prefix, devices } = workerData as BacklogData; // Set by backlog.ts alone.

const bodies = await Promise.all(
  Array.from({ length: devices }, async (_, number) => {
    const holder = `${prefix}-${number}`;
    return { holder, csr: (await makeKeyAndCsr(holder)).csr };
  }),
);
// The agent lets so many requests out at once and keeps the others in order.
const line: ApiAccess = { ...access, agent: new Agent({ keepAlive: true, maxSockets: connections }) };
const firstAnswers: Record<string, number> = {};
const postMs: number[] = [];
let postedSeconds = 0;
let polls = 0;
const started = performance.now();
const elapsedSeconds = (): number => (performance.now() - started) / 1_000;

async function enrol(body: unknown): Promise<void> {
  let answer = await post(body);
  firstAnswers[answer.status] = (firstAnswers[answer.status] ?? 0) + 1;
  postMs.push(performance.now() - started);
  postedSeconds = elapsedSeconds();
  while (!isIssued(answer)) {
    await new Promise(resolve => setTimeout(resolve, 1_000 * Number(answer.headers["retry-after"] ?? 1)));
    const { location } = answer.headers;
    polls += 1;
    // A refusal for now (503) has recorded nothing to ask for.
    answer = typeof location === "string" ? await poll(location) : await post(body);
  }
}

const post = (body: unknown): Promise<ApiAnswer> => callApi(line, { path: "/v1/certificates", body });

async function poll(location: string): Promise<ApiAnswer> {
  const answer = await callApi(line, { path: location });
  return { ...answer, headers: { ...answer.headers, location } };
}

function isIssued({ status, body }: ApiAnswer): boolean {
  if (status === 201 || (status === 200 && body["state"] === "issued")) return true;
  if (status === 202 || status === 429 || status === 503) return false;
  if (status === 200 && (body["state"] === "accepted" || body["state"] === "issuing")) return false;
  throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
}

await Promise.all(bodies.map(enrol));
const run: BacklogRun = { seconds: elapsedSeconds(), postedSeconds, postMs, firstAnswers, polls };
parentPort?.postMessage(run);
line.agent?.destroy();
