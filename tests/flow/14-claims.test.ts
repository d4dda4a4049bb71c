// Who may enrol others, through the whole cloud: lines within their claims, tokens that are good once, profiles of one's
// own, and a record of every refusal (threats A1, A3, A5).
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as x509 from "#core/x509.ts";
import { operatorCredentials, region, tableName } from "#local/cloud/settings.ts";
import { type ApiAccess, type ApiAnswer, callApi } from "#local/demo/api-client.ts";
import { claimForLine } from "#local/demo/claim-for-line.ts";
import { makeKeyAndCsr } from "#local/demo/key-and-csr.ts";
import { enrolHolder, registerAuthority, startTestCloud, type TestCloud } from "#support/local-cloud.ts";

const tenant = "acme";
const dayMs = 86_400_000;

let cloud: TestCloud;
let operator: ApiAccess;
/** A line with a certificate and no claim yet. */
let line: ApiAccess;

beforeAll(async () => {
  cloud = await startTestCloud();
  await registerAuthority(cloud);
  operator = await cloud.operator();
  const { identity } = await enrolHolder(operator, "line-1", { tenant, profile: "factory" });
  line = { ...cloud.access, identity };
}, 60_000);
afterAll(() => cloud?.stop(), 30_000);

const inDays = (days: number): Date => new Date(cloud.clock.now().getTime() + days * dayMs);

async function request(holder: string, fields: object = {}) {
  const { csr } = await makeKeyAndCsr(holder);
  return { holder, csr, ...fields };
}

/** Repeats what is pending: the CA takes its time. */
async function post(
  access: ApiAccess,
  body: object,
  headers: Record<string, string> = {},
): Promise<ApiAnswer> {
  for (;;) {
    const answer = await callApi(access, { path: "/v1/certificates", body, headers });
    if (answer.status !== 202 && answer.status !== 503) return answer;
    await new Promise(resolve => setTimeout(resolve, 300));
  }
}

const answerOf = ({ status, body }: ApiAnswer) => ({ status, code: body["code"] });

/** Refused, and the CA has not been asked. */
async function expectRefused(access: ApiAccess, body: object, code: string): Promise<ApiAnswer> {
  const before = cloud.services.pca.ledger().length;
  const answer = await post(access, body);
  expect(answerOf(answer)).toEqual({ status: 403, code });
  expect(cloud.services.pca.ledger()).toHaveLength(before);
  return answer;
}

async function createToken(fields: object = {}): Promise<{ id: string; token: string; access: ApiAccess }> {
  const claim = { kind: "token", tenant, lots: "any", expiresAt: inDays(1), ...fields };
  const { status, body } = await callApi(operator, { path: "/v1/claims", body: claim });
  expect(status).toBe(201);
  const token = String(body["token"]);
  return { id: String(body["id"]), token, access: { ...cloud.access, token } };
}

async function patch(id: string, change: object): Promise<ApiAnswer> {
  const { body } = await callApi(operator, { path: `/v1/claims/${id}` });
  const version = body["version"];
  return callApi(operator, { method: "PATCH", path: `/v1/claims/${id}`, body: { version, ...change } });
}

test("a line enrols nothing without a claim, then what its claim says, and that for as long as the claim says", async () => {
  const refused = await expectRefused(line, await request("early"), "caller.forbidden");
  expect(refused.body["detail"]).toContain("/v1/claims");

  const claim = { tenant, line: "line-1", lots: ["w47"], count: 3, expiresAt: inDays(10) };
  const id = await claimForLine(operator, claim);
  expect((await post(line, await request("device-1", { lot: "w47" }))).status).toBe(201);
  await expectRefused(line, await request("device-2", { lot: "w48" }), "caller.forbidden");
  await expectRefused(line, await request("device-2"), "caller.forbidden");
  await expectRefused(
    line,
    await request("device-2", { lot: "w47", profile: "partner" }),
    "caller.forbidden",
  );
  await expectRefused(line, await request("device-2", { lot: "w47", tenant: "zenith" }), "caller.forbidden");

  // Switched off and on: from the very next request.
  expect((await patch(id, { state: "disabled" })).status).toBe(200);
  await expectRefused(line, await request("device-2", { lot: "w47" }), "claim.inactive");
  expect((await patch(id, { state: "enabled" })).status).toBe(200);
  expect((await post(line, await request("device-2", { lot: "w47" }))).status).toBe(201);

  // The line renews its certificate, and its claim goes on where it was.
  const { identity } = await enrolHolder(operator, "line-1", { tenant, profile: "factory" });
  const renewed = { ...cloud.access, identity };
  const last = await request("device-3", { lot: "w47" });
  const first = await post(renewed, last);
  expect(first.status).toBe(201);
  await expectRefused(renewed, await request("device-4", { lot: "w47" }), "claim.exhausted");
  expect((await post(renewed, last)).body).toEqual(first.body);
  expect((await patch(id, { count: 2 })).status).toBe(400);
  expect((await patch(id, { count: 4 })).status).toBe(200);
  expect((await callApi(operator, { path: `/v1/claims/${id}` })).body).toMatchObject({ count: 4, left: 1 });
});

test("a token is good for one device, and for nothing else", async () => {
  const { id, token, access } = await createToken({ holders: ["sensor-1", "sensor-2"], lots: ["w50"] });
  await expectRefused(access, await request("sensor-3", { lot: "w50" }), "caller.forbidden");
  await expectRefused(access, await request("sensor-1", { lot: "w51" }), "caller.forbidden");
  await expectRefused(
    access,
    await request("sensor-1", { lot: "w50", tenant: "zenith" }),
    "caller.forbidden",
  );

  const body = await request("sensor-1", { lot: "w50" });
  const first = await post(access, body);
  expect(first.status).toBe(201);
  await expectRefused(access, await request("sensor-2", { lot: "w50" }), "claim.exhausted");
  expect((await post(access, body)).body).toEqual(first.body);

  // It sees how its own request fared, and nothing else.
  const own = await callApi(access, { path: `/v1/enrolments/${first.body["enrolment"]}` });
  expect(own.body).toMatchObject({ state: "issued", holder: "sensor-1" });
  expect((await callApi(access, { path: `/v1/certificates/${first.body["id"]}` })).status).toBe(404);
  expect((await callApi(access, { path: `/v1/claims/${id}` })).status).toBe(403);
  expect((await callApi(access, { path: "/v1/audit?day=2026-03-01" })).status).toBe(403);

  const guess = { ...cloud.access, token: `${token.slice(0, -1)}${token.endsWith("0") ? "1" : "0"}` };
  expect((await post(guess, body)).status).toBe(401);
  await expectNowhere(token.slice(-64));
});

test("a claim is over when its time is, and an idempotency key is not over after a day", async () => {
  const { access } = await createToken({ count: 10 });
  const key = { "idempotency-key": "order-4711" };
  const body = await request("keyed");
  const first = await post(access, body, key);
  expect(first.status).toBe(201);
  expect(answerOf(await post(access, await request("keyed"), key))).toEqual({
    status: 409,
    code: "idempotency.conflict",
  });
  // Another principal's key of the same name is another key.
  const other = await createToken({ count: 10 });
  expect((await post(other.access, await request("other"), key)).status).toBe(201);

  cloud.advance(dayMs + 60_000);
  operator = await cloud.operator();
  await expectRefused(access, await request("late"), "claim.inactive");
  expect((await post(access, body, key)).body).toEqual(first.body);
  expect((await post(access, await request("keyed"), key)).status).toBe(409);
});

test("a profile of one's own says what its certificates are like", async () => {
  const path = "/v1/profiles/gateway";
  const definition = {
    lifetimeDays: 730,
    askedBy: ["operator"],
    altNames: [
      { kind: "uri", template: "urn:edgecert:{tenant}:{holder}" },
      { kind: "dns", template: "{holder}.{tenant}.gateways.example" },
    ],
  };
  const asked = { tenant, profile: "gateway" };
  expect(answerOf(await post(operator, await request("gw-1", asked)))).toEqual({
    status: 422,
    code: "enrolment.refused",
  });
  expect((await callApi(operator, { method: "PUT", path, body: definition })).body).toMatchObject({
    version: 1,
  });
  expect(answerOf(await callApi(operator, { method: "PUT", path, body: definition }))).toEqual({
    status: 409,
    code: "resource.changed",
  });
  const device = { method: "PUT", path: "/v1/profiles/device", body: definition };
  expect(answerOf(await callApi(operator, device))).toEqual({ status: 409, code: "profile.built_in" });
  const { body: all } = await callApi(operator, { path: "/v1/profiles" });
  expect((all["profiles"] as { name: string }[]).map(({ name }) => name)).toEqual([
    "device",
    "partner",
    "factory",
    "origin",
    "gateway",
  ]);

  const { status, body } = await post(operator, await request("gw-1", asked));
  expect(status).toBe(201);
  const certificate = new x509.X509Certificate(String(body["certificate"]));
  const names = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  expect(names.map(({ value }) => value).sort()).toEqual([
    "gw-1.acme.gateways.example",
    "urn:edgecert:acme:gw-1",
  ]);
  const days = (certificate.notAfter.getTime() - cloud.clock.now().getTime()) / dayMs;
  expect(Math.round(days)).toBe(730);
});

test("every refusal of a known caller is on record, once, and an unknown one's is not", async () => {
  const day = cloud.clock.now().toISOString().slice(0, 10);
  const recorded = async (): Promise<readonly Record<string, unknown>[]> => {
    const { body } = await callApi(operator, { path: `/v1/audit?tenant=${tenant}&day=${day}&limit=100` });
    return body["records"] as Record<string, unknown>[];
  };
  const before = (await recorded()).length;
  const posted = await request("refused", { profile: "factory" });
  const refused = await post(line, posted);
  expect(refused.status).toBe(403);
  await callApi(line, { path: "/v1/certificates", body: { holder: "-", csr: 7 } });
  await callApi({ ...cloud.access }, { path: "/v1/certificates", body: posted });
  let found: readonly Record<string, unknown>[] = [];
  for (let tries = 0; tries < 50 && found.length < 2; tries += 1) {
    found = (await recorded()).slice(0, -before);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  expect(found).toMatchObject([
    { action: "enrolment.refused", facts: { code: "request.malformed" } },
    {
      action: "enrolment.refused",
      requestId: String(refused.body["instance"]).split(":").at(-1),
      facts: { code: "caller.forbidden", holder: "refused", profile: "factory" },
    },
  ]);
  const facts = found[1]?.["facts"] as Record<string, string>;
  for (const hash of ["actorSha256", "csrSha256", "spkiSha256"])
    expect(facts[hash]).toMatch(/^[0-9a-f]{64}$/);
  const page = await callApi(operator, { path: `/v1/audit?subject=${found[1]?.["subject"]}` });
  expect(page.body["records"]).toEqual([found[1]]);
});

/** Neither the table nor a function's log holds it. */
async function expectNowhere(secret: string): Promise<void> {
  const logs = cloud.files.logs;
  for (const name of readdirSync(logs, { recursive: true, encoding: "utf8" }).filter(file =>
    file.endsWith("log"),
  ))
    expect(readFileSync(join(logs, name), "utf8")).not.toContain(secret);
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: cloud.urls.dynamodb, region, credentials: operatorCredentials }),
  );
  for await (const { Items } of paginateScan({ client }, { TableName: tableName }))
    expect(JSON.stringify(Items)).not.toContain(secret);
}
