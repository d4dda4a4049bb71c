// One plan, from the request until the last refused handshake: planned by one operator, approved by another, applied.
import { type ApiAccess, callApi } from "#local/demo/api-client.ts";
import type { Device, FleetCloud } from "../revocation/fleet-cloud.ts";
import { pause } from "../revocation/fleet-cloud.ts";
import { untilRefused, watchStore } from "../revocation/report-compromise.ts";

export type Certificates =
  | { readonly tenant: string; readonly lots: readonly string[] }
  | { readonly tenant: string };

export type CarriedOut = {
  readonly certificates: number;
  readonly planSeconds: number;
  /** Until the call was answered. */
  readonly applySeconds: number;
  /** From the call until the last page was at the edge and the last of the probes was refused. */
  readonly toLastRefusalSeconds: number;
  readonly storeCalls: number;
  /** Rows that make the edge refuse: orders. */
  readonly orders: number;
  readonly pages: number;
  /** Rows of certificates that follow, a second. */
  readonly followedPerSecond: number;
};

/** So long the rows are watched while they follow. */
const followMs = 20_000;

export async function carryOut(
  fleet: FleetCloud,
  certificates: Certificates,
  probes: readonly Device[],
): Promise<CarriedOut> {
  const access = async (subject: string): Promise<ApiAccess> => ({
    ...fleet.cloud.access,
    token: await fleet.cloud.operatorToken(undefined, subject),
  });
  const [author, approver] = [await access("ada"), await access("ben")];
  const plannedAt = performance.now();
  const plan = await makePlan(author, certificates);
  const planSeconds = secondsSince(plannedAt);
  const path = `/v1/revocation-plans/${plan.id}`;
  if (plan.state === "awaiting_approval") await call(approver, `${path}/approve`, { hash: plan.hash });
  for (const device of probes)
    if (!(await fleet.isAdmitted(device))) throw new Error(`${device.certificate.id} is refused too early`);
  const writes = watchStore(fleet.cloud);
  const appliedAt = performance.now();
  const applying = call(author, `${path}/apply`, { hash: plan.hash });
  const refused = Promise.all(probes.map(device => untilRefused(fleet, device)));
  await applying;
  const applySeconds = secondsSince(appliedAt);
  const lastRefusedAt = Math.max(...(await refused));
  const { edge, orders, keys } = await untilPublished(author, path);
  if (edge === "recorded") throw new Error("the plan is not at the edge");
  const lastWriteAt = Math.max(...writes.map(({ atMs }) => atMs));
  const storeCalls = writes.length;
  return {
    certificates: plan.counts.certificates,
    planSeconds,
    applySeconds,
    toLastRefusalSeconds: (Math.max(lastRefusedAt, lastWriteAt) - appliedAt) / 1_000,
    storeCalls,
    orders,
    pages: keys,
    followedPerSecond: await followRate(author, path),
  };
}

type Plan = {
  readonly id: string;
  readonly state: string;
  readonly hash: string;
  readonly counts: { readonly certificates: number };
  readonly progress?: Progress;
};
type Progress = {
  readonly edge: string;
  readonly orders: number;
  readonly keys: number;
  readonly followed: number;
};

async function makePlan(author: ApiAccess, certificates: Certificates): Promise<Plan> {
  const body = { certificates, reason: "keyCompromise", ticket: "BENCH-1" };
  let plan = await call(author, "/v1/revocation-plans", body);
  while (plan.state === "counting") {
    await pause(100);
    plan = await read(author, `/v1/revocation-plans/${plan.id}`);
  }
  return plan;
}

async function untilPublished(author: ApiAccess, path: string): Promise<Progress> {
  const deadline = performance.now() + 120_000;
  for (;;) {
    const { progress } = await read(author, path);
    if (progress !== undefined && progress.edge !== "recorded" && progress.edge !== "recording")
      return progress;
    if (performance.now() > deadline) throw new Error("the plan is not published after two minutes");
    await pause(100);
  }
}

/** At the end the job is stopped by nobody: what is left goes on beside the next measurement. */
async function followRate(author: ApiAccess, path: string): Promise<number> {
  const before = (await read(author, path)).progress?.followed ?? 0;
  const startedAt = performance.now();
  await pause(followMs);
  const after = (await read(author, path)).progress?.followed ?? 0;
  return (after - before) / secondsSince(startedAt);
}

async function read(access: ApiAccess, path: string): Promise<Plan> {
  const { status, body } = await callApi(access, { path });
  if (status !== 200) throw new Error(`${path} was answered with ${status}`);
  return body as unknown as Plan; // What a 200 holds.
}

async function call(access: ApiAccess, path: string, body: unknown): Promise<Plan> {
  const answer = await callApi(access, { path, body });
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body as unknown as Plan; // What a 2xx holds.
}

const secondsSince = (startedAt: number): number => (performance.now() - startedAt) / 1_000;
