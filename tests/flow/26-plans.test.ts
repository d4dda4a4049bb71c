// Plans from end to end: a lot that one operator plans and another approves is refused at the edge; a certificate is held
// and resumed; an authority is distrusted and trusted again.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiAccess, callApi } from "#local/demo/api-client.ts";
import { callEdge } from "#local/demo/edge-client.ts";
import { firmwarePath } from "#local/demo/lifecycle.ts";
import {
  enrolHolder,
  factoryAccess,
  registerAuthority,
  startTestCloud,
  type TestCloud,
  type TestHolder,
  until,
} from "#support/local-cloud.ts";

let cloud: TestCloud;
let factory: ApiAccess;
let lot: readonly TestHolder[];
let others: readonly [TestHolder, TestHolder];

beforeAll(async () => {
  cloud = await startTestCloud({ limits: "relaxed" });
  await registerAuthority(cloud);
  factory = await factoryAccess(cloud);
  const devices: TestHolder[] = [];
  for (let number = 0; number < 12; number += 1)
    devices.push(await enrolHolder(factory, `lot-${number}`, { lot: "w47" }));
  lot = devices;
  others = [await enrolHolder(factory, "other-1"), await enrolHolder(factory, "other-2")];
}, 240_000);
afterAll(() => cloud.stop());

const ada = async (): Promise<ApiAccess> => ({
  ...cloud.access,
  token: await cloud.operatorToken(undefined, "ada"),
});
const ben = async (): Promise<ApiAccess> => ({
  ...cloud.access,
  token: await cloud.operatorToken(undefined, "ben"),
});

async function isAdmitted(device: TestHolder): Promise<boolean> {
  const url = `${cloud.urls.content}${firmwarePath}`;
  const answer = await callEdge({ url, serverCa: cloud.access.serverCa, identity: device.identity });
  return answer.kind === "answered" && answer.status === 200;
}

const allAdmitted = async (devices: readonly TestHolder[]) =>
  (await Promise.all(devices.map(isAdmitted))).every(Boolean);
const noneAdmitted = async (devices: readonly TestHolder[]) =>
  !(await Promise.all(devices.map(isAdmitted))).some(Boolean);

type Call = { readonly path: string; readonly body?: unknown };

async function post(operator: ApiAccess, { path, body }: Call) {
  return callApi(operator, { method: "POST", path, ...(body === undefined ? {} : { body }) });
}

async function readPlan(id: unknown) {
  const { body } = await callApi(await ada(), { path: `/v1/revocation-plans/${String(id)}` });
  return body as { state: string; progress?: { edge: string; followed: number; owedToCa: number } };
}

/** Planned by ada, approved by ben, applied by ada. */
async function carryOut(planned: Record<string, unknown>): Promise<void> {
  const path = `/v1/revocation-plans/${String(planned["id"])}`;
  const hash = { hash: planned["hash"] };
  expect((await post(await ada(), { path: `${path}/approve`, body: hash })).body["code"]).toBe(
    "plan.own_approval",
  );
  expect((await post(await ada(), { path: `${path}/apply`, body: hash })).body["code"]).toBe(
    "plan.not_approved",
  );
  expect((await post(await ben(), { path: `${path}/approve`, body: hash })).status).toBe(200);
  const applied = await post(await ada(), { path: `${path}/apply`, body: hash });
  expect([applied.status, applied.body["state"]]).toEqual([200, "applied"]);
}

describe("a certificate that is held", () => {
  const holdOf = ({ certificate }: TestHolder) => `/v1/certificates/${certificate.id}`;

  test("is refused until it is resumed; another is not", async () => {
    const [device, other] = others;
    const held = await post(await ada(), { path: `${holdOf(device)}/hold`, body: { reason: "inspection" } });
    expect([held.status, held.body["state"]]).toEqual([200, "held"]);
    expect(held.body["hold"]).toMatchObject({ reason: "inspection", actor: "operator:ada" });
    await until(async () => !(await isAdmitted(device)));
    expect(await isAdmitted(other)).toBe(true);
    const resumed = await post(await ben(), { path: `${holdOf(device)}/resume` });
    expect([resumed.status, resumed.body["state"], resumed.body["hold"]]).toEqual([200, "active", undefined]);
    await until(() => isAdmitted(device));
  });

  test("with an end is resumed by the sweep, and not before", async () => {
    const [device] = others;
    const end = new Date(cloud.clock.now().getTime() + 3_600_000).toISOString();
    const body = { reason: "transport", until: end };
    expect((await post(await ada(), { path: `${holdOf(device)}/hold`, body })).status).toBe(200);
    await until(async () => !(await isAdmitted(device)));
    await cloud.compute.lambda.invoke("sweep-due", {});
    expect(await isAdmitted(device)).toBe(false);
    cloud.advance(3_600_000);
    await cloud.compute.lambda.invoke("sweep-due", {});
    await until(() => isAdmitted(device));
    const { body: read } = await callApi(await ada(), { path: holdOf(device) });
    expect([read["state"], read["hold"]]).toEqual(["active", undefined]);
  });

  test("is not held into the past, nor by who may not", async () => {
    const path = `${holdOf(others[0])}/hold`;
    const past = { reason: "inspection", until: "2020-01-01T00:00:00Z" };
    expect((await post(await ada(), { path, body: past })).status).toBe(400);
    const reader = { ...cloud.access, token: await cloud.operatorToken(["certificates:read"]) };
    expect((await post(reader, { path, body: { reason: "inspection" } })).status).toBe(403);
    expect((await post(factory, { path, body: { reason: "inspection" } })).status).toBe(403);
  });
});

describe("an authority in trouble", () => {
  test("is distrusted by two people, refuses everybody, and is trusted again when the plan is lifted", async () => {
    const planned = await post(await ada(), { path: "/v1/authorities/m1/distrust", body: { note: "drill" } });
    expect([planned.status, planned.body["state"]]).toEqual([201, "awaiting_approval"]);
    expect(await allAdmitted(others)).toBe(true);
    await carryOut(planned.body);
    await until(() => noneAdmitted([...others, ...lot.slice(0, 2)]));
    // The edge of the API refuses the factory's certificate too: operators have tokens.
    const lifted = await post(await ben(), {
      path: `/v1/revocation-plans/${String(planned.body["id"])}/lift`,
    });
    expect([lifted.status, lifted.body["progress"]]).toMatchObject([200, { edge: "lifted" }]);
    await until(() => allAdmitted([...others, ...lot.slice(0, 2)]));
  });

  test("is given a floor, which refuses what is older and nobody once it is lifted", async () => {
    const at = new Date(cloud.clock.now().getTime() + 60_000).toISOString();
    const planned = await post(await ada(), { path: "/v1/authorities/m1/not-before-floor", body: { at } });
    await carryOut(planned.body);
    await until(() => noneAdmitted(others));
    await post(await ben(), { path: `/v1/revocation-plans/${String(planned.body["id"])}/lift` });
    await until(() => allAdmitted(others));
  });
});

describe("a lot that is planned", () => {
  test("is counted and refuses nobody, then approved by another and applied, and refused to the last device", async () => {
    const planned = await post(await ada(), {
      path: "/v1/revocation-plans",
      body: { certificates: { tenant: "acme", lots: ["w47"] }, reason: "keyCompromise", ticket: "INC-7" },
    });
    expect([planned.status, planned.body["state"]]).toEqual([201, "awaiting_approval"]);
    expect(planned.body["counts"]).toMatchObject({ certificates: 12 });
    expect(await allAdmitted(lot)).toBe(true);
    await carryOut(planned.body);
    await until(() => noneAdmitted(lot));
    expect(await allAdmitted(others)).toBe(true);
    // The job was started with the plan: nobody has invoked it.
    await until(async () => {
      const { progress } = await readPlan(planned.body["id"]);
      return progress?.edge === "published" && progress.followed === 12;
    });
    const lifted = await post(await ben(), {
      path: `/v1/revocation-plans/${String(planned.body["id"])}/lift`,
    });
    expect(lifted.body["code"]).toBe("plan.not_liftable");
    cloud.advance(40_000);
    await cloud.compute.lambda.invoke("advance-plans", {});
    expect((await readPlan(planned.body["id"])).progress?.edge).toBe("effective");
    const revoked = () =>
      cloud.services.pca
        .ledger()
        .filter(one => one.revokedAt !== undefined && one.subject.includes("CN=lot-"));
    await until(() => revoked().length === 12, 60_000);
    await until(async () => (await readPlan(planned.body["id"])).progress?.owedToCa === 0);
  });
});

describe("a single holder that is planned", () => {
  test("is refused by one row for the page, and another of the same page is not", async () => {
    const [device, other] = others;
    const planned = await post(await ada(), {
      path: "/v1/revocation-plans",
      body: { certificates: { tenant: "acme", holder: device.holder }, reason: "privilegeWithdrawn" },
    });
    expect([planned.status, planned.body["state"]]).toEqual([201, "ready"]);
    const path = `/v1/revocation-plans/${String(planned.body["id"])}/apply`;
    const applied = await post(await ada(), { path, body: { hash: planned.body["hash"] } });
    expect([applied.status, applied.body["state"]]).toEqual([200, "applied"]);
    await until(async () => !(await isAdmitted(device)));
    expect(await isAdmitted(other)).toBe(true);
    await until(async () => (await readPlan(planned.body["id"])).progress?.followed === 1);
  });
});
