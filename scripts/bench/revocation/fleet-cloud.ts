// A local cloud for the benchmark: one authority, one factory line, and devices that it enrols through the API.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from "#local/cloud/local-cloud.ts";
import { freePorts } from "#local/cloud/settings.ts";
import { type ApiAccess, callApi, type EnrolledCertificate, enrol } from "#local/demo/api-client.ts";
import { claimForLine } from "#local/demo/claim-for-line.ts";
import { type ClientIdentity, callEdge } from "#local/demo/edge-client.ts";
import { makeKeyAndCsr } from "#local/demo/key-and-csr.ts";
import { say } from "../report.ts";

export const tenant = "acme";
export const authorityId = "m1";

export type Device = { readonly certificate: EnrolledCertificate; readonly identity: ClientIdentity };

export type FleetCloud = {
  readonly cloud: LocalCloud;
  /** A factory line's access to the API, by its certificate. */
  readonly factory: ApiAccess;
  /** Enrols so many devices, several at a time; the answer is in the order of their numbers. */
  readonly enrolDevices: (prefix: string, count: number, lot?: string) => Promise<readonly Device[]>;
  /** One TLS handshake and download with the device's certificate. */
  readonly isAdmitted: (device: Device) => Promise<boolean>;
  readonly stop: () => Promise<void>;
};

// Enough to keep Lambda's four sandboxes busy.
const enrolmentsAtOnce = 6;

export type FleetCloudOptions = Pick<LocalCloudOptions, "limits" | "onInvocation">;

/** Unless told otherwise Private CA's request rates are lifted, so that issuing does not take hours; nothing else is. */
export async function startFleetCloud(options: FleetCloudOptions = {}): Promise<FleetCloud> {
  const directory = mkdtempSync(join(tmpdir(), "edgecert-bench-"));
  const cloud = await startLocalCloud({
    ports: freePorts,
    stateDirectory: directory,
    durable: false,
    limits: "relaxed",
    propagationDelayMs: 0,
    ...options,
  });
  const stop = async (): Promise<void> => {
    await cloud.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const operator: ApiAccess = { ...cloud.access, token: await cloud.operatorToken() };
    await registerAuthority(cloud, operator);
    await letReportsThrough(operator);
    const line = await enrolOne(operator, "line-1", { tenant, profile: "factory" });
    const expiresAt = new Date(Date.now() + 365 * 86_400_000);
    await claimForLine(operator, { tenant, line: "line-1", count: 1_000_000, expiresAt });
    const factory: ApiAccess = { ...cloud.access, identity: line.identity };
    return {
      cloud,
      factory,
      stop,
      enrolDevices: (prefix, count, lot) => enrolDevices(factory, prefix, count, lot),
      isAdmitted: device => isAdmitted(cloud, device),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What is measured is a revocation, not the brake that would leave a whole lot to a plan. */
async function letReportsThrough(operator: ApiAccess): Promise<void> {
  const brake = { certificates: 1_000_000, acrossTenants: 1_000_000 };
  const body = { match: { source: "report" }, action: "revoke", brake };
  const { status } = await callApi(operator, { method: "PUT", path: "/v1/rules/reports", body });
  if (status !== 200) throw new Error(`the rule was answered with ${status}`);
}

async function registerAuthority(cloud: LocalCloud, operator: ApiAccess): Promise<void> {
  const body = { id: authorityId, caArn: cloud.hierarchy.issuing.arn };
  const { status } = await callApi(operator, { path: "/v1/authorities", body });
  if (status !== 201) throw new Error(`registering the authority was answered with ${status}`);
  while ((await callApi(operator, { path: "/v1/health" })).status !== 200) await pause(20);
}

async function enrolDevices(
  factory: ApiAccess,
  prefix: string,
  count: number,
  lot: string | undefined,
): Promise<readonly Device[]> {
  const devices: Device[] = [];
  let next = 0;
  const started = performance.now();
  const worker = async (): Promise<void> => {
    for (let number = next++; number < count; number = next++) {
      devices[number] = await enrolOne(factory, `${prefix}-${number}`, lot === undefined ? {} : { lot });
    }
  };
  await Promise.all(Array.from({ length: enrolmentsAtOnce }, worker));
  const perSecond = count / ((performance.now() - started) / 1_000);
  say(`  ${count} certificates enrolled through the API, ${perSecond.toFixed(1)} a second`);
  return devices;
}

async function enrolOne(
  access: ApiAccess,
  holder: string,
  fields: Readonly<Record<string, string>>,
): Promise<Device> {
  const { key, csr } = await makeKeyAndCsr(holder);
  const certificate = await enrol(access, { holder, csr, ...fields });
  return { certificate, identity: { key, certificate: certificate.certificate } };
}

async function isAdmitted(cloud: LocalCloud, { identity }: Device): Promise<boolean> {
  const url = `${cloud.urls.content}/firmware-1.0.0.bin`;
  const answer = await callEdge({ url, serverCa: cloud.access.serverCa, identity });
  return answer.kind === "answered" && answer.status === 200;
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}
