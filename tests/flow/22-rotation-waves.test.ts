// An operator rotates a lot in waves: devices learn it from their renewal windows, renew through the edge, and the
// rotation goes on as they do, and ends itself when one of them does not. Driven by the clock.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiAccess, type ApiAnswer, callApi } from "#local/demo/api-client.ts";
import { makeKeyAndCsr } from "#local/demo/key-and-csr.ts";
import {
  enrolHolder,
  registerAuthority,
  startTestCloud,
  type TestCloud,
  type TestHolder,
  until,
} from "#support/local-cloud.ts";

const hourMs = 3_600_000;
const order = {
  certificates: { tenant: "acme", lot: "w47" },
  waveSize: 2,
  pauseSeconds: 3_600,
  deadlineSeconds: 86_400,
  abortThresholdPercent: 0,
  reason: "firmware 1.2 leaks keys",
};

let cloud: TestCloud;
let devices: readonly TestHolder[];
let rotation = "";

beforeAll(async () => {
  cloud = await startTestCloud();
  await registerAuthority(cloud);
  const operator = await cloud.operator();
  const fields = { tenant: "acme", profile: "device", lot: "w47" };
  devices = await Promise.all(["one", "two", "three"].map(holder => enrolHolder(operator, holder, fields)));
}, 120_000);
afterAll(() => cloud?.stop());

const accessOf = ({ identity }: TestHolder): ApiAccess => ({ ...cloud.access, identity });

async function asOperator(path: string, body?: unknown): Promise<ApiAnswer> {
  return callApi(await cloud.operator(), { path, ...(body === undefined ? {} : { body }) });
}

const progress = async (): Promise<Record<string, unknown>> => (await asOperator(rotation)).body;

/** As the schedule does each minute; an index may be a moment behind. */
async function runUntil(counts: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
  let shown: Record<string, unknown> = {};
  await until(async () => {
    const { functionError } = await cloud.compute.lambda.invoke("advance-rotations", {});
    expect(functionError).toBeUndefined();
    shown = await progress();
    return Object.entries(counts).every(([name, value]) => shown[name] === value);
  }, 60_000);
  return shown;
}

/** Those that may renew now, as they find out themselves. */
async function told(): Promise<readonly TestHolder[]> {
  const windows = await Promise.all(
    devices.map(device =>
      callApi(accessOf(device), { path: `/v1/certificates/${device.certificate.id}/renewal-window` }),
    ),
  );
  return devices.filter((_, index) => windows[index]?.body["reason"] === order.reason);
}

async function renew(device: TestHolder): Promise<void> {
  const { csr } = await makeKeyAndCsr(device.holder);
  const path = `/v1/certificates/${device.certificate.id}/renew`;
  await until(async () => (await callApi(accessOf(device), { path, body: { csr } })).status === 201);
}

test("a plan counts and begins nothing", async () => {
  const plan = await asOperator("/v1/rotations", order);
  expect([plan.status, plan.body]).toMatchObject([
    200,
    { counts: { active: 3, held: 0, revoked: 0 }, isComplete: true, waves: 2, shortestSeconds: 3_600 },
  ]);
  expect(await told()).toEqual([]);
});

test("operators alone begin one, once, of certificates that exist", async () => {
  const begun = await asOperator("/v1/rotations", { ...order, apply: true });
  expect([begun.status, begun.body["state"], begun.body["total"]]).toEqual([201, "running", 3]);
  rotation = String(begun.headers["location"]);
  const again = await asOperator("/v1/rotations", { ...order, apply: true });
  expect([again.status, again.body["code"]]).toEqual([409, "rotation.exists"]);
  const [device] = devices;
  if (device === undefined) throw new Error("three devices were enrolled");
  const foreign = await callApi(accessOf(device), { path: "/v1/rotations", body: { ...order, apply: true } });
  expect([foreign.status, foreign.body["code"]]).toEqual([403, "caller.forbidden"]);
  const nobody = { ...order, certificates: { authority: "m9" } };
  expect((await asOperator("/v1/rotations", nobody)).status).toBe(404);
  expect((await asOperator("/v1/rotations/rot_000000000000000000000000")).status).toBe(404);
  const wrong = await asOperator("/v1/rotations", { ...order, waveSize: 0 });
  expect([wrong.status, wrong.body["code"]]).toEqual([400, "request.malformed"]);
});

test("the first wave is told, and the next once it has renewed and the pause is over", async () => {
  cloud.advance(6_000);
  await runUntil({ announced: 2 });
  const wave = await told();
  expect(wave).toHaveLength(2);
  await Promise.all(wave.map(renew));
  cloud.advance(2 * 60_000);
  expect(await runUntil({ renewed: 2 })).toMatchObject({ announced: 2, wave: { number: 1, renewed: 2 } });
  const paused = await asOperator(`${rotation}/pause`, {});
  expect([paused.status, paused.body["state"]]).toEqual([200, "paused"]);
  cloud.advance(hourMs);
  await cloud.compute.lambda.invoke("advance-rotations", {});
  expect(await progress()).toMatchObject({ state: "paused", announced: 2 });
  expect((await asOperator(`${rotation}/resume`, {})).body["state"]).toBe("running");
  expect(await runUntil({ announced: 3 })).toMatchObject({ wave: { number: 2, size: 1 } });
  expect(await told()).toHaveLength(3);
});

test("a device that does not renew in time ends the rotation, which tells why and stays ended", async () => {
  cloud.advance(24 * hourMs);
  expect(await runUntil({ state: "aborted" })).toMatchObject({
    announced: 3,
    renewed: 2,
    failed: 1,
    abortedBecause: "1 of 1 certificates of wave 2 were not renewed in time; the threshold is 0 %",
  });
  const resumed = await asOperator(`${rotation}/resume`, {});
  expect([resumed.status, resumed.body["code"]]).toEqual([409, "rotation.ended"]);
});
