// A stop, and a kill -9, lose nothing that was acknowledged: the next start on the same directory carries on.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { busName, operatorCredentials, region } from "#local/cloud/settings.ts";
import { type ApiAccess, callApi } from "#local/demo/api-client.ts";
import { callEdge } from "#local/demo/edge-client.ts";
import { makeKeyAndCsr } from "#local/demo/key-and-csr.ts";
import { firmwarePath } from "#local/demo/lifecycle.ts";
import {
  enrolHolder,
  registerAuthority,
  startTestCloud,
  type TestCloud,
  type TestHolder,
  until,
} from "#support/local-cloud.ts";

// Each test starts two whole clouds, one after the other.
vi.setConfig({ testTimeout: 180_000 });

let directory: string;
const stops: (() => Promise<void>)[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "edgecert-restart-"));
});
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  rmSync(directory, { recursive: true, force: true });
});

async function start(): Promise<TestCloud> {
  const cloud = await startTestCloud({ directory, durable: true });
  stops.push(cloud.stop);
  return cloud;
}

async function report(busUrl: string, sha256: string): Promise<void> {
  const bus = new EventBridgeClient({ endpoint: busUrl, region, credentials: operatorCredentials });
  const detail = { version: "1", certificate: { sha256 }, reason: "keyCompromise" };
  const entry = { EventBusName: busName, Source: "test", DetailType: "Certificate Compromise Reported" };
  await bus.send(new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify(detail) }] }));
  bus.destroy();
}

/** `answered`, or `refused` in the handshake. */
async function knock({ urls, access }: Pick<TestCloud, "urls" | "access">, { identity }: TestHolder) {
  return (await callEdge({ url: `${urls.content}${firmwarePath}`, serverCa: access.serverCa, identity }))
    .kind;
}

async function stateOf(access: ApiAccess, { certificate }: TestHolder) {
  return (await callApi(access, { path: `/v1/certificates/${certificate.id}` })).body;
}

const sha256Of = async (access: ApiAccess, holder: TestHolder) =>
  String((await stateOf(access, holder))["sha256"]);

test("after a stop the same devices get in, the revoked stay out, and what was owed is delivered", async () => {
  const first = await start();
  await registerAuthority(first);
  const operator = await first.operator();
  const [good, revoked, owed] = [
    await enrolHolder(operator, "good", { tenant: "acme" }),
    await enrolHolder(operator, "revoked", { tenant: "acme" }),
    await enrolHolder(operator, "owed", { tenant: "acme" }),
  ];
  await report(first.urls.eventBus, await sha256Of(operator, revoked));
  await until(async () => (await knock(first, revoked)) === "refused");
  // The bus has acknowledged this one; nobody waits for it to be worked off.
  await report(first.urls.eventBus, await sha256Of(operator, owed));
  await first.stop();
  stops.length = 0;

  const second = await start();
  expect(second.hierarchy.issuing.arn).toBe(first.hierarchy.issuing.arn);
  expect(await knock(second, good)).toBe("answered");
  expect(await knock(second, revoked)).toBe("refused");
  await until(async () => (await knock(second, owed)) === "refused");
  const again = await second.operator();
  await until(async () => {
    const { revocation } = await stateOf(again, owed);
    return (revocation as { atCa?: string } | undefined)?.atCa !== undefined;
  });
  expect(await knock(second, await enrolHolder(again, "new", { tenant: "acme" }))).toBe("answered");
});

type Killable = Pick<TestCloud, "urls"> & {
  readonly access: ApiAccess;
  readonly caArn: string;
  readonly delay: (operation: string) => Promise<void>;
  readonly kill: () => Promise<void>;
};

async function startKillable(): Promise<Killable> {
  const script = fileURLToPath(new URL("../support/killable-cloud.ts", import.meta.url));
  const child = spawn(process.execPath, [script, directory], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = new Promise<void>(resolve => child.once("exit", () => resolve()));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  stops.push(kill);
  const first = await lines.next();
  return {
    ...JSON.parse(String(first.value)),
    delay: async operation => {
      child.stdin.write(`${operation} 60000\n`);
      await lines.next();
    },
    kill,
  };
}

test("after a kill -9 amid an enrolment and a revocation both settle, once", async () => {
  const doomed = await startKillable();
  const body = { id: "m1", caArn: doomed.caArn };
  await callApi(doomed.access, { path: "/v1/authorities", body });
  await until(async () => (await callApi(doomed.access, { path: "/v1/health" })).status === 200);
  const [good, revoked] = [
    await enrolHolder(doomed.access, "good", { tenant: "acme" }),
    await enrolHolder(doomed.access, "revoked", { tenant: "acme" }),
  ];
  // The CA has signed and is slow to hand it over; the edge store is slow to take the page.
  await doomed.delay("GetCertificate");
  await doomed.delay("UpdateKeys");
  const { csr } = await makeKeyAndCsr("amid");
  const request = { holder: "amid", tenant: "acme", csr };
  const cutOff = callApi(doomed.access, { path: "/v1/certificates", body: request }).catch(() => undefined);
  await report(doomed.urls.eventBus, await sha256Of(doomed.access, revoked));
  await until(async () => (await stateOf(doomed.access, revoked))["state"] === "revoked");
  expect(await knock(doomed, revoked)).toBe("answered");
  await doomed.kill();
  expect(await cutOff).toBeUndefined();

  const cloud = await start();
  await until(async () => (await knock(cloud, revoked)) === "refused");
  expect(await knock(cloud, good)).toBe("answered");
  const operator = await cloud.operator();
  const answer = await callApi(operator, { path: "/v1/certificates", body: request });
  expect(answer.status).toBe(201);
  const issued = cloud.services.pca.ledger().filter(({ subject }) => subject.includes("CN=amid"));
  expect(issued).toHaveLength(1);
});
