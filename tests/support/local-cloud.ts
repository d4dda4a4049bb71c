// One whole local cloud for a test file: free ports, a directory of its own, and a clock that the test moves.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalCloud, startLocalCloud } from "#local/cloud/local-cloud.ts";
import { freePorts } from "#local/cloud/settings.ts";
import { type ApiAccess, callApi, type EnrolledCertificate, enrol } from "#local/demo/api-client.ts";
import { claimForLine } from "#local/demo/claim-for-line.ts";
import type { ClientIdentity } from "#local/demo/edge-client.ts";
import { makeKeyAndCsr } from "#local/demo/key-and-csr.ts";
import type { InvocationTrace } from "#local/lambda/function-pool.ts";
import type { Clock } from "#local/wire/clock.ts";
import type { FaultInjector } from "#local/wire/faults.ts";
import { contractChecker } from "./contract-checker.ts";
import { recordGrantUse } from "./grant-uses.ts";
import { testBundles } from "./test-bundles.ts";

export type TestCloud = LocalCloud & {
  readonly clock: Clock;
  /** Moves every server's and every function's clock forward. */
  readonly advance: (milliseconds: number) => void;
  readonly operator: () => Promise<ApiAccess>;
};

export type TestCloudOptions = {
  readonly durable?: boolean;
  readonly directory?: string;
  readonly limits?: "aws" | "relaxed";
  readonly issuePerSecond?: number;
  readonly faults?: FaultInjector;
  readonly onInvocation?: (trace: InvocationTrace) => void;
};

export async function startTestCloud(options: TestCloudOptions = {}): Promise<TestCloud> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), "edgecert-test-"));
  const clockOffsetMs = new SharedArrayBuffer(8);
  const offset = new BigInt64Array(clockOffsetMs);
  const clock: Clock = { now: () => new Date(Date.now() + Number(Atomics.load(offset, 0))) };
  const contracts = contractChecker();
  const cloud = await startLocalCloud({
    onApiAnswer: contracts.onApiAnswer,
    bundleDirectory: testBundles,
    ports: freePorts,
    stateDirectory: directory,
    durable: options.durable ?? false,
    clock,
    clockOffsetMs,
    limits: options.limits ?? "aws",
    issuePerSecond: options.issuePerSecond,
    ...(options.faults === undefined ? {} : { faults: options.faults }),
    onInvocation: options.onInvocation,
    onGrantUse: recordGrantUse,
  });
  return {
    ...cloud,
    clock,
    advance: milliseconds => {
      Atomics.add(offset, 0, BigInt(milliseconds));
    },
    operator: async () => ({ ...cloud.access, token: await cloud.operatorToken() }),
    stop: async () => {
      await cloud.stop();
      if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
      contracts.verify();
    },
  };
}

/** Registers the issuing CA and waits until certificates can be issued. */
export async function registerAuthority(cloud: TestCloud): Promise<void> {
  const operator = await cloud.operator();
  await callApi(operator, {
    path: "/v1/authorities",
    body: { id: "m1", caArn: cloud.hierarchy.issuing.arn },
  });
  await until(async () => (await callApi(operator, { path: "/v1/health" })).status === 200);
}

export type TestHolder = {
  readonly holder: string;
  readonly identity: ClientIdentity;
  readonly certificate: EnrolledCertificate;
};

export async function enrolHolder(
  access: ApiAccess,
  holder: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<TestHolder> {
  const { key, csr } = await makeKeyAndCsr(holder);
  const certificate = await enrol(access, { holder, csr, ...fields });
  return { holder, certificate, identity: { key, certificate: certificate.certificate } };
}

/** A factory line's access to the API: its certificate, and a claim to as many devices as any test needs for years. */
export async function factoryAccess(cloud: TestCloud, tenant = "acme", line = "line-1"): Promise<ApiAccess> {
  const operator = await cloud.operator();
  const { identity } = await enrolHolder(operator, line, { tenant, profile: "factory" });
  const expiresAt = new Date(cloud.clock.now().getTime() + 3_000 * 86_400_000);
  await claimForLine(operator, { tenant, line, count: 100_000, expiresAt });
  return { ...cloud.access, identity };
}

/** Polls a condition; fails after `withinMs` with what it was waiting for. */
export async function until(holds: () => Promise<boolean> | boolean, withinMs = 20_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${holds.toString()}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}
