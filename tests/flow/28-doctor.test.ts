// The doctor looks at a running cloud as a user would: its own process, endpoint variables, a stack file. Everything sound
// first; then broken things, each found by the same command.
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { CheckResult } from "#core/doctor/result.ts";
import { busName, operatorCredentials, region } from "#local/cloud/settings.ts";
import { writeStackFiles } from "#local/cloud/stack-file.ts";
import { callApi } from "#local/demo/api-client.ts";
import { callEdge } from "#local/demo/edge-client.ts";
import {
  enrolHolder,
  factoryAccess,
  registerAuthority,
  startTestCloud,
  type TestCloud,
  type TestHolder,
  until,
} from "#support/local-cloud.ts";

const contentPath = "/firmware-1.0.0.bin";
let cloud: TestCloud;
let directory: string;

beforeAll(async () => {
  cloud = await startTestCloud();
  directory = dirname(cloud.files.logs);
  await registerAuthority(cloud);
  const factory = await factoryAccess(cloud);
  const revoked = await enrolHolder(factory, "revoked");
  writeDevice("good", await enrolHolder(factory, "good"));
  writeDevice("revoked", revoked);
  await revoke(revoked);
  const operator = await cloud.operator();
  await until(async () => {
    const { status, live } = (await callApi(operator, { path: "/v1/trust-bundle" })).body;
    return status === "live" && live !== undefined;
  });
});
afterAll(() => cloud.stop());

function writeDevice(name: string, { identity }: TestHolder): void {
  mkdirSync(join(directory, "devices"), { recursive: true });
  writeFileSync(join(directory, "devices", `${name}.pem`), identity.certificate);
  writeFileSync(join(directory, "devices", `${name}.key`), identity.key);
}

async function revoke({ certificate, identity }: TestHolder): Promise<void> {
  const bus = new EventBridgeClient({
    endpoint: cloud.urls.eventBus,
    region,
    credentials: operatorCredentials,
  });
  const report = { version: "1", certificate: { serial: certificate.serial }, reason: "keyCompromise" };
  const entry = { Source: "security.automation", DetailType: "Certificate Compromise Reported" };
  await bus.send(
    new PutEventsCommand({ Entries: [{ ...entry, EventBusName: busName, Detail: JSON.stringify(report) }] }),
  );
  bus.destroy();
  const call = { url: `${cloud.urls.content}${contentPath}`, serverCa: cloud.access.serverCa, identity };
  await until(async () => (await callEdge(call)).kind === "refused");
}

type Run = { readonly code: number; readonly results: readonly CheckResult[]; readonly output: string };

/** `change`: of the stack file's members. */
function runDoctor(change: object = {}, args: readonly string[] = ["--json"]): Promise<Run> {
  const { endpoints, stack } = writeStackFiles(cloud, directory, contentPath);
  writeFileSync(stack, JSON.stringify({ ...JSON.parse(readFileSync(stack, "utf8")), ...change }));
  const variables = [...readFileSync(endpoints, "utf8").matchAll(/^export (\w+)=(.*)$/gm)];
  const env = {
    PATH: process.env["PATH"],
    ...Object.fromEntries(variables.map(([, name, value]) => [name, value])),
  };
  const script = join(import.meta.dirname, "../../scripts/doctor/main.ts");
  return new Promise(resolve => {
    execFile(process.execPath, [script, "--stack", stack, ...args], { env }, (error, stdout, stderr) => {
      const results = args.includes("--json") && stdout !== "" ? JSON.parse(stdout).results : [];
      resolve({ code: error === null ? 0 : Number(error.code), results, output: stdout + stderr });
    });
  });
}

const complaints = (run: Run) => run.results.filter(({ level }) => level !== "ok" && level !== "skipped");

it("finds a cloud in order, by every check that the place has a service for, and says what it left out", async () => {
  const run = await runDoctor();
  expect(complaints(run)).toEqual([]);
  expect(run.code).toBe(0);
  const skipped = run.results.filter(({ level }) => level === "skipped").map(({ check }) => check);
  expect(new Set(skipped)).toEqual(new Set(["quota", "log-delivery"]));
  expect(run.results.filter(({ check, level }) => check === "canary" && level === "ok")).toHaveLength(9);
  expect(run.results.filter(({ check, level }) => check === "function" && level === "ok")).toHaveLength(3);
});

it("finds functions that were built with other settings, and a revoked certificate in a good one's place", async () => {
  const run = await runDoctor({
    edge: { ocsp: "require-good" },
    canaries: {
      admitted: { certificate: "devices/revoked.pem", key: "devices/revoked.key" },
      refused: { certificate: "devices/good.pem", key: "devices/good.key" },
    },
  });
  expect(complaints(run).map(({ check, level }) => [check, level])).toEqual([
    ...Array(3).fill(["function", "warn"]),
    ...Array(6).fill(["canary", "critical"]),
  ]);
  expect(run.code).toBe(1);
});

it("finds a distribution that is not there, and says so to people too", async () => {
  const gone = { distributions: [{ id: "EGONE", purpose: "api", url: `${cloud.urls.api}/` }] };
  const run = await runDoctor(gone, []);
  expect(run.output).toMatch(/^critical distribution {7}EGONE: .*\n +→ /);
  expect(run.output).toMatch(/^1 critical, 0 warn, 5 skipped, 0 ok$/m);
  expect(run.code).toBe(1);
});

it("does not begin with a stack file that is none", async () => {
  const run = await runDoctor({ distributions: [] }, []);
  expect(run.code).toBe(2);
  expect(run.output).toContain("/distributions");
});
