// A lot of 200 devices is reported as one: the edge refuses all of them with one store call, others stay in, and the
// registry's rows follow.
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LotResult, lotResultSchema } from "#functions/contract/post-lot-enrolments.ts";
import { busName, operatorCredentials, region } from "#local/cloud/settings.ts";
import { type ApiAccess, callApi, type EnrolledCertificate } from "#local/demo/api-client.ts";
import { callEdge } from "#local/demo/edge-client.ts";
import { makeKeyAndCsr } from "#local/demo/key-and-csr.ts";
import { firmwarePath } from "#local/demo/lifecycle.ts";
import {
  factoryAccess,
  registerAuthority,
  startTestCloud,
  type TestCloud,
  type TestHolder,
  until,
} from "#support/local-cloud.ts";

const lotSize = 200;
let cloud: TestCloud;
let factory: ApiAccess;
let lot: readonly TestHolder[];
let others: readonly TestHolder[];
let callsBefore: number;

beforeAll(async () => {
  cloud = await startTestCloud({ limits: "relaxed" });
  await registerAuthority(cloud);
  // Whole lots on the word of one report: this installation's rule lets them through.
  const brake = { certificates: 100_000, acrossTenants: 100_000 };
  const rule = { match: { source: "report", senders: ["soc.example"] }, action: "revoke", brake };
  const put = await callApi(await cloud.operator(), { method: "PUT", path: "/v1/rules/lots", body: rule });
  expect(put.status).toBe(200);
  factory = await factoryAccess(cloud);
  lot = await enrolMany(lotSize, "lot", { lot: "w47" });
  others = [...(await enrolMany(3, "other-lot", { lot: "w48" })), ...(await enrolMany(3, "single", {}))];
}, 240_000);
afterAll(() => cloud.stop());

/** Four at a time, as a line does. */
async function enrolMany(count: number, name: string, fields: Readonly<Record<string, string>>) {
  const holders: TestHolder[] = [];
  for (let from = 0; from < count; from += 4) {
    const batch = Array.from({ length: Math.min(4, count - from) }, (_, index) =>
      enrolPatiently(`${name}-${from + index}`, fields),
    );
    holders.push(...(await Promise.all(batch)));
  }
  return holders;
}

/** Repeats the same request when the answer says later, or an overloaded edge says nothing of use: it is idempotent. */
async function enrolPatiently(holder: string, fields: Readonly<Record<string, string>>): Promise<TestHolder> {
  const { key, csr } = await makeKeyAndCsr(holder);
  let enrolled: EnrolledCertificate | undefined;
  await until(async () => {
    const answer = await callApi(factory, { path: "/v1/certificates", body: { holder, csr, ...fields } });
    if (answer.status === 201)
      enrolled = answer.body as unknown as EnrolledCertificate; // What a 201 holds.
    else expect([202, 502, 503, 504]).toContain(answer.status);
    return answer.status === 201;
  });
  if (enrolled === undefined) throw new Error(`${holder} has no certificate`);
  return { holder, certificate: enrolled, identity: { key, certificate: enrolled.certificate } };
}

async function lineOf(holder: string): Promise<string> {
  return JSON.stringify({ holder, csr: (await makeKeyAndCsr(holder)).csr });
}

async function postLines(name: string, lines: readonly string[]): Promise<readonly LotResult[]> {
  const answer = await callEdge({
    url: `${factory.apiUrl}/v1/lots/${name}/enrolments`,
    serverCa: factory.serverCa,
    identity: factory.identity,
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: lines.join("\n"),
  });
  if (answer.kind === "refused") throw new Error(`the edge refused the connection: ${answer.reason}`);
  expect(answer.status).toBe(200);
  return answer.body
    .trimEnd()
    .split("\n")
    .map(text => lotResultSchema.parse(JSON.parse(text)));
}

async function isAdmitted(device: TestHolder): Promise<boolean> {
  const url = `${cloud.urls.content}${firmwarePath}`;
  const answer = await callEdge({ url, serverCa: cloud.access.serverCa, identity: device.identity });
  return answer.kind === "answered" && answer.status === 200;
}

/** Store calls that the publisher has logged so far. */
function storeCalls(): number {
  return cloud.compute.lambda
    .logLines("publish-edge")
    .filter(line => line.includes('"edge published"'))
    .reduce((sum, line) => sum + Number(/"calls":(\d+)/.exec(line)?.[1] ?? 0), 0);
}

async function report(certificate: Readonly<Record<string, string>>): Promise<void> {
  const bus = new EventBridgeClient({
    region,
    credentials: operatorCredentials,
    endpoint: cloud.urls.eventBus,
  });
  const Detail = JSON.stringify({ version: "1", certificate, reason: "keyCompromise" });
  const entry = {
    EventBusName: busName,
    Source: "soc.example",
    DetailType: "Certificate Compromise Reported",
    Detail,
  };
  expect((await bus.send(new PutEventsCommand({ Entries: [entry] }))).FailedEntryCount).toBe(0);
}

async function stateOf({ certificate }: TestHolder): Promise<unknown> {
  const { body } = await callApi(await cloud.operator(), { path: `/v1/certificates/${certificate.id}` });
  return body["state"];
}

describe("a lot that is reported", () => {
  test("was in before, as everybody", async () => {
    for (const device of [...lot.slice(-3), ...others]) expect(await isAdmitted(device)).toBe(true);
  });

  test("is refused to the last device, with one store call, and nobody else is", async () => {
    callsBefore = storeCalls();
    await report({ tenant: "acme", lot: "w47" });
    const last = lot.at(-1);
    await until(async () => last !== undefined && !(await isAdmitted(last)));
    for (const device of lot) expect(await isAdmitted(device)).toBe(false);
    for (const device of others) expect(await isAdmitted(device)).toBe(true);
    await until(() => storeCalls() > callsBefore);
    expect(storeCalls() - callsBefore).toBe(1);
  });

  test("takes no further device; another lot does", async () => {
    const post = async (name: string) => {
      const { csr } = await makeKeyAndCsr(name);
      return callApi(factory, { path: "/v1/certificates", body: { holder: name, csr, lot: "w47" } });
    };
    const answer = await post("too-late");
    expect([answer.status, answer.body["code"]]).toEqual([409, "lot.revoked"]);
    const [fresh] = await enrolMany(1, "next-lot", { lot: "w49" });
    expect(fresh !== undefined && (await isAdmitted(fresh))).toBe(true);
  });

  test("still answers a request that it granted before", async () => {
    const { key: _key, csr } = await makeKeyAndCsr("repeated");
    const body = { holder: "repeated", csr, lot: "w50" };
    const granted = await callApi(factory, { path: "/v1/certificates", body });
    await report({ tenant: "acme", lot: "w50" });
    await until(async () => (await callApi(factory, { path: "/v1/lots/w50" })).body["state"] === "revoked");
    const { csr: other } = await makeKeyAndCsr("refused");
    const refused = { holder: "refused", csr: other, lot: "w50" };
    expect((await callApi(factory, { path: "/v1/certificates", body: refused })).status).toBe(409);
    const again = await callApi(factory, { path: "/v1/certificates", body });
    expect([again.status, again.body]).toEqual([201, granted.body]);
  });

  test("takes no line of a lot call either, and still answers the lines that it granted before", async () => {
    const lines = [await lineOf("line-1"), await lineOf("line-2")];
    const granted = await postLines("w51", lines);
    expect(granted.map(({ status }) => status)).toEqual([201, 201]);
    await report({ tenant: "acme", lot: "w51" });
    const late = await lineOf("line-3");
    await until(async () => {
      const { body } = await callApi(factory, { path: "/v1/lots/w51" });
      return (body as { state?: unknown }).state === "revoked";
    });
    const [refused, ...again] = await postLines("w51", [late, ...lines]);
    expect(refused).toMatchObject({ line: 1, holder: "line-3", code: "lot.revoked" });
    expect(again).toEqual(granted.map(result => ({ ...result, line: result.line + 1 })));
    expect(cloud.services.pca.ledger().filter(({ subject }) => subject.includes("CN=line-3"))).toEqual([]);
  });

  test("is revoked row by row in the background, at no further store call", async () => {
    const calls = storeCalls();
    await until(async () => {
      await cloud.compute.lambda.invoke("follow-order", {});
      const states = await Promise.all(lot.slice(-8).map(stateOf));
      return states.every(state => state === "revoked");
    });
    const states = await Promise.all(lot.map(stateOf));
    expect(new Set(states)).toEqual(new Set(["revoked"]));
    expect(await Promise.all(others.map(stateOf))).toEqual(others.map(() => "active"));
    expect(storeCalls()).toBe(calls);
  });

  test("is told to the CA, certificate by certificate", async () => {
    const serials = new Set(lot.map(({ certificate }) => certificate.serial));
    const revokedAtCa = () =>
      cloud.services.pca.ledger().filter(({ subject, revokedAt }) => {
        return revokedAt !== undefined && subject.includes("CN=lot-");
      }).length;
    await until(() => revokedAtCa() === serials.size, 50_000);
  });

  test("that does not exist goes to a person", async () => {
    const before = cloud.compute.lambda.logLines("compromise-reported").length;
    await report({ tenant: "acme", lot: "no-such-lot" });
    await until(() =>
      cloud.compute.lambda
        .logLines("compromise-reported")
        .slice(before)
        .some(line => line.includes("compromise report failed")),
    );
  });
});
