// A device renews itself through the edge: when its window is open, for a new key, once; and through the listener of its
// own when it comes too late. Driven by the clock, on certificates of two days.
import { createPrivateKey, createPublicKey, webcrypto } from "node:crypto";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as x509 from "#core/x509.ts";
import { busName, operatorCredentials, region } from "#local/cloud/settings.ts";
import { type ApiAccess, type ApiAnswer, callApi, type EnrolledCertificate } from "#local/demo/api-client.ts";
import { type ClientIdentity, callEdge } from "#local/demo/edge-client.ts";
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

const hourMs = 3_600_000;
// Two days, and Private CA dates a certificate back by an hour: 49 hours, of which 75 to 90 % are the windows.
const profile = "two-days";
const intoEveryWindowMs = 44 * hourMs;
const pastTheEndMs = 49 * hourMs;
const pastTheGraceMs = 73 * hourMs;

let cloud: TestCloud;

beforeAll(async () => {
  cloud = await startTestCloud();
  await registerAuthority(cloud);
  const renewal = { opensAtPercent: 75, keyReuse: "refuse", graceDays: 1, overlapDays: 1, expiringDays: [1] };
  const definition = { lifetimeDays: 2, askedBy: ["operator"], renewal };
  const answer = await callApi(await cloud.operator(), {
    method: "PUT",
    path: `/v1/profiles/${profile}`,
    body: definition,
  });
  expect(answer.status).toBe(200);
}, 120_000);
afterAll(() => cloud?.stop());

async function enrolled(holder: string, fields: Readonly<Record<string, string>> = {}): Promise<TestHolder> {
  return enrolHolder(await cloud.operator(), holder, { tenant: "acme", profile, ...fields });
}

const accessOf = ({ identity }: Pick<TestHolder, "identity">, apiUrl = cloud.urls.api): ApiAccess => ({
  apiUrl,
  serverCa: cloud.access.serverCa,
  identity,
});

/** Posts the CSR as the answer says, while the CA is slow. */
async function renew(device: TestHolder, csr: string, apiUrl?: string): Promise<ApiAnswer> {
  const path = `/v1/certificates/${device.certificate.id}/renew`;
  let answer: ApiAnswer | undefined;
  await until(async () => {
    answer = await callApi(accessOf(device, apiUrl), { path, body: { csr } });
    return answer.status !== 202 && answer.status !== 503;
  });
  if (answer === undefined) throw new Error("there was no answer");
  return answer;
}

async function renewed(device: TestHolder, apiUrl?: string): Promise<TestHolder> {
  const { key, csr } = await makeKeyAndCsr(device.holder);
  const answer = await renew(device, csr, apiUrl);
  expect([answer.status, answer.body["code"]]).toEqual([201, undefined]);
  const certificate = answer.body as unknown as EnrolledCertificate; // What a 201 holds.
  return { ...device, certificate, identity: { key, certificate: certificate.certificate } };
}

async function isAdmitted(
  identity: ClientIdentity,
  url = `${cloud.urls.content}${firmwarePath}`,
): Promise<boolean> {
  const answer = await callEdge({ url, serverCa: cloud.access.serverCa, identity });
  return answer.kind === "answered" && answer.status === 200;
}

async function window(device: TestHolder): Promise<ApiAnswer> {
  return callApi(accessOf(device), { path: `/v1/certificates/${device.certificate.id}/renewal-window` });
}

/** As a device makes it that has kept its key and not its CSR. */
async function anotherCsr(holder: string, key: string): Promise<string> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
  const pkcs8 = createPrivateKey(key).export({ type: "pkcs8", format: "der" });
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  const keys = {
    privateKey: await webcrypto.subtle.importKey("pkcs8", pkcs8, algorithm, true, ["sign"]),
    publicKey: await webcrypto.subtle.importKey("spki", spki, algorithm, true, ["verify"]),
  };
  const parts = { name: `CN=${holder}`, keys, signingAlgorithm: algorithm };
  return (await x509.Pkcs10CertificateRequestGenerator.create(parts)).toString("pem");
}

async function read(id: string): Promise<Record<string, unknown>> {
  return (await callApi(await cloud.operator(), { path: `/v1/certificates/${id}` })).body;
}

async function revoke(device: TestHolder): Promise<void> {
  const bus = new EventBridgeClient({
    region,
    credentials: operatorCredentials,
    endpoint: cloud.urls.eventBus,
  });
  const Detail = JSON.stringify({
    version: "1",
    certificate: { authority: "m1", serial: device.certificate.serial },
    reason: "keyCompromise",
  });
  const entry = {
    EventBusName: busName,
    Source: "soc.example",
    DetailType: "Certificate Compromise Reported",
    Detail,
  };
  expect((await bus.send(new PutEventsCommand({ Entries: [entry] }))).FailedEntryCount).toBe(0);
}

describe("before its window", () => {
  let device: TestHolder;
  beforeAll(async () => {
    device = await enrolled("early");
  });

  test("a device learns when it is, and is refused until then with the time to wait", async () => {
    const { status, headers, body } = await window(device);
    expect(status).toBe(200);
    expect([body["retryAfterSeconds"], headers["retry-after"]]).toEqual([86_400, "86400"]);
    const { csr } = await makeKeyAndCsr(device.holder);
    const refused = await renew(device, csr);
    expect([refused.status, refused.body["code"]]).toEqual([409, "renewal.too_early"]);
    const waitMs = Number(refused.headers["retry-after"]) * 1_000;
    const start = new Date(String(body["start"])).getTime();
    expect(Math.abs(cloud.clock.now().getTime() + waitMs - start)).toBeLessThan(5_000);
  });

  test("it may renew at once when an operator moves the window, and reads why", async () => {
    const path = `/v1/certificates/${device.certificate.id}/renewal-window`;
    const body = {
      start: "now",
      reason: "firmware 1.2 leaks keys",
      explanationUrl: "https://example.com/12",
    };
    expect((await callApi(await cloud.operator(), { path, body })).status).toBe(200);
    expect((await window(device)).body).toMatchObject({
      reason: body.reason,
      explanationUrl: body.explanationUrl,
      retryAfterSeconds: 3_600,
    });
    const successor = await renewed(device);
    // The move is answered: the successor has the window that its profile gives.
    expect((await window(successor)).body["reason"]).toBeUndefined();
  });

  test("a whole lot, and a whole authority, is moved by one call", async () => {
    const inLot = await enrolled("in-lot", { lot: "w47" });
    const operator = await cloud.operator();
    const body = { start: "now", reason: "bad batch", spreadSeconds: 0 };
    const lot = await callApi(operator, { path: "/v1/lots/w47/renewal-window?tenant=acme", body });
    expect([lot.status, (await window(inLot)).body["reason"]]).toEqual([200, "bad batch"]);
    const successor = await renewed(inLot);
    expect(await read(successor.certificate.id)).toMatchObject({ lot: "w47", holder: "in-lot" });
    const { body: theLot } = await callApi(operator, { path: "/v1/lots/w47?tenant=acme" });
    expect(theLot["blocks"]).toMatchObject([{ kind: "lot" }, { kind: "renewal", used: expect.any(Number) }]);
    const all = { start: new Date(cloud.clock.now().getTime() + hourMs).toISOString(), reason: "new root" };
    const authority = await callApi(operator, { path: "/v1/authorities/m1/renewal-window", body: all });
    expect([authority.status, (await window(successor)).body["reason"]]).toEqual([200, "new root"]);
  });

  test("somebody else's certificate is not there, and an operator renews none", async () => {
    const stranger = await enrolHolder(await cloud.operator(), "stranger", { tenant: "globex", profile });
    const { id } = device.certificate;
    const { csr } = await makeKeyAndCsr("stranger");
    const path = `/v1/certificates/${id}/renew`;
    const asked = await callApi(accessOf(stranger), { path, body: { csr } });
    const absent = await callApi(accessOf(stranger), { path: "/v1/certificates/m1-0a/renew", body: { csr } });
    const read = await callApi(accessOf(stranger), { path: `/v1/certificates/${id}/renewal-window` });
    expect([asked.status, absent.status, read.status]).toEqual([404, 404, 404]);
    expect((await callApi(await cloud.operator(), { path, body: { csr } })).status).toBe(401);
  });
});

describe("in its window", () => {
  let device: TestHolder;
  let late: TestHolder;
  let revoked: TestHolder;
  let lost: TestHolder;
  let successor: TestHolder;
  beforeAll(async () => {
    device = await enrolled("on-time");
    lost = await enrolled("loses-its-key");
    revoked = await enrolled("revoked");
    late = await enrolled("late");
    cloud.advance(intoEveryWindowMs);
  });

  test("a device gets a certificate for a new key, and both are admitted", async () => {
    successor = await renewed(device);
    expect(await isAdmitted(successor.identity)).toBe(true);
    expect(await isAdmitted(device.identity)).toBe(true);
    expect(await read(successor.certificate.id)).toMatchObject({
      holder: "on-time",
      tenant: "acme",
      profile,
    });
  });

  test("that loses the answer gets the same, byte for byte, also for another CSR of the same key", async () => {
    const { key, csr } = await makeKeyAndCsr(lost.holder);
    const first = await renew(lost, csr);
    expect(first.status).toBe(201);
    for (const again of [csr, await anotherCsr(lost.holder, key)])
      expect((await renew(lost, again)).body).toEqual(first.body);
  });

  test("that loses the key may renew again: the successor that nobody used is superseded", async () => {
    const third = await renewed(lost);
    expect(await read(third.certificate.id)).toMatchObject({ state: "active" });
    const fourth = await renewed(lost);
    expect(await read(third.certificate.id)).toMatchObject({ state: "superseded" });
    expect(await read(fourth.certificate.id)).toMatchObject({ state: "active" });
  });

  test("that posts the key it has is told so, with all else that is wrong", async () => {
    const answer = await renew(late, await anotherCsr("somebody-else", late.identity.key));
    expect(answer.body["code"]).toBe("enrolment.refused");
    const findings = (answer.body["errors"] as readonly { code: string }[]).map(({ code }) => code);
    expect(findings).toEqual(["requested.subject", "renewal.key_reused"]);
  });

  test("that is revoked gets nothing, and an operator reads why", async () => {
    await revoke(revoked);
    await until(async () => !(await isAdmitted(revoked.identity)));
    const { csr } = await makeKeyAndCsr(revoked.holder);
    for (const url of [cloud.urls.api, cloud.urls.renewal]) {
      await expect(renew(revoked, csr, url)).rejects.toThrow("the edge refused the connection");
    }
    const path = `/v1/certificates/${revoked.certificate.id}/renewal-window`;
    const answer = await callApi(await cloud.operator(), { path });
    expect(answer.body).toMatchObject({ code: "renewal.refused", detail: "the certificate is revoked" });
  });

  describe("and past its end", () => {
    beforeAll(() => cloud.advance(pastTheEndMs - intoEveryWindowMs));

    test("a device is refused everywhere but at the listener for renewals, which does nothing else", async () => {
      const { csr } = await makeKeyAndCsr(late.holder);
      expect(await isAdmitted(late.identity)).toBe(false);
      await expect(renew(late, csr)).rejects.toThrow("the edge refused the connection");
      const access = accessOf(late, cloud.urls.renewal);
      for (const path of [`/v1/certificates/${late.certificate.id}`, firmwarePath]) {
        expect((await callApi(access, { path })).status).toBe(403);
      }
      const forged = { headers: { "x-edgecert-listener": "renewal" } };
      await expect(callApi(accessOf(late), { path: "/v1/health", ...forged })).rejects.toThrow("refused");
    });

    test("within its grace it renews there, and is back", async () => {
      const back = await renewed(late, cloud.urls.renewal);
      expect(await isAdmitted(back.identity)).toBe(true);
    });

    test("after its grace it hears that it is over", async () => {
      cloud.advance(pastTheGraceMs - pastTheEndMs);
      const { csr } = await makeKeyAndCsr(device.holder);
      const answer = await renew(device, csr, cloud.urls.renewal);
      expect(answer.body).toMatchObject({
        code: "renewal.refused",
        detail: "the certificate has expired beyond its grace",
      });
    });
  });
});
