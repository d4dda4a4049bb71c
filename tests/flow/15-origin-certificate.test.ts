// The certificate that the edge shows to the API is replaced while requests go on: none is refused, a bad import changes
// nothing, and a run that dies at any step is carried on by the next one.
import { ACMClient, GetCertificateCommand } from "@aws-sdk/client-acm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RotateOriginResult } from "#core/rotation/rotate-origin-certificate.ts";
import { sha256Hex } from "#core/sha256.ts";
import * as x509 from "#core/x509.ts";
import { callEdge } from "#local/demo/edge-client.ts";
import { AwsError } from "#local/wire/aws-json.ts";
import { faultInjector } from "#local/wire/faults.ts";
import { startTestCloud, type TestCloud } from "#support/local-cloud.ts";

const job = "rotate-origin-certificate";
const dayMs = 86_400_000;
const leaseMs = 16 * 60_000;
const faults = faultInjector();

let cloud: TestCloud;
let acm: ACMClient;
beforeAll(async () => {
  // Of the rates only: ACM takes one import a second, and every rotation makes two.
  cloud = await startTestCloud({ faults, limits: "relaxed" });
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  acm = new ACMClient({ endpoint: cloud.urls.acm, region: "us-east-1", credentials });
});
afterAll(async () => {
  acm.destroy();
  await cloud.stop();
});

async function run(event: unknown = {}): Promise<RotateOriginResult> {
  const { payload, functionError } = await cloud.compute.lambda.invoke(job, event);
  expect(functionError, payload).toBeUndefined();
  // The function's own answer, as it is written in its handler.
  return JSON.parse(payload) as RotateOriginResult;
}

async function liveSha256(): Promise<string> {
  const { Certificate = "" } = await acm.send(
    new GetCertificateCommand({ CertificateArn: cloud.originCertificates.live }),
  );
  return sha256Hex(new Uint8Array(new x509.X509Certificate(Certificate).rawData));
}

/** Through the edge: whether the API is reached with the certificate that ACM has under the live ARN. */
async function isPresented(sha256: string): Promise<boolean> {
  const answer = await callEdge({
    url: `${cloud.urls.api}/v1/origin-certificate/live?sha256=${sha256}`,
    serverCa: cloud.access.serverCa,
  });
  expect(answer).toMatchObject({ kind: "answered", status: 200 });
  return answer.kind === "answered" && JSON.parse(answer.body).seen === true;
}

const issued = () =>
  cloud.services.pca.ledger().filter(({ caArn, subject }) => {
    return caArn === cloud.hierarchy.origin.arn && subject.includes("origin.edgecert.internal");
  });
const revoked = () => issued().filter(({ revokedAt }) => revokedAt !== undefined);

/** Requests go on, each on a connection of its own, until `work` is done; answers how many there were. */
async function underTraffic(work: () => Promise<void>): Promise<number> {
  let goesOn = true;
  let answered = 0;
  const nobody = "0".repeat(64);
  const traffic = (async () => {
    for (; goesOn; answered += 1) expect(await isPresented(nobody)).toBe(false);
  })();
  await work().finally(() => {
    goesOn = false;
  });
  await traffic;
  return answered;
}

test("a day early nothing is due, and at two thirds of its life it is replaced while every request is answered", async () => {
  const first = await liveSha256();
  expect(await run()).toMatchObject({ kind: "kept", probe: "seen", sha256: first, daysLeft: 89 });
  cloud.advance(59 * dayMs);
  expect(await run()).toMatchObject({ kind: "kept", probe: "seen", sha256: first });
  cloud.advance(dayMs);
  const answered = await underTraffic(async () => {
    expect(await run()).toMatchObject({ kind: "rotated", reason: "due", daysLeft: 89, revoked: 0 });
  });
  expect(answered).toBeGreaterThan(3);
  const second = await liveSha256();
  expect(second).not.toBe(first);
  expect(await isPresented(second)).toBe(true);
});

test("the replaced certificate is revoked a day after the proof, and not before", async () => {
  cloud.advance(dayMs - 60_000);
  expect(await run()).toMatchObject({ kind: "kept", revoked: 0 });
  expect(revoked()).toHaveLength(0);
  cloud.advance(60_000);
  expect(await run()).toMatchObject({ kind: "kept", revoked: 1 });
  expect(revoked()).toMatchObject([{ serial: issued()[0]?.serial, reason: "SUPERSEDED" }]);
});

const refused = { kind: "error", error: new AwsError("ValidationException", "no") } as const;
/** The client repeats an error once more when the server's date is not its own, and ours follow different clocks. */
const attempts = 6;
const accepted = { kind: "delay", ms: 0 } as const;

test.each([
  ["the rehearsal's", [refused]],
  ["the live", [accepted, refused]],
] as const)(
  "a refused import (%s) leaves the old certificate, and revokes the new one",
  async (_name, plan) => {
    const [before, revokedBefore] = [await liveSha256(), revoked().length];
    for (const fault of plan) faults.next("ImportCertificate", fault, fault.kind === "error" ? attempts : 1);
    const result = await run({ force: true });
    faults.clear();
    expect(result).toMatchObject({
      kind: "rolled_back",
      why: expect.stringContaining("ValidationException"),
    });
    expect(result).toMatchObject({ sha256: before, revoked: 1 });
    expect(await isPresented(before)).toBe(true);
    expect(revoked()).toHaveLength(revokedBefore + 1);
    expect(cloud.compute.lambda.logLines(job).join("")).not.toContain("PRIVATE KEY");
  },
);

test("an import whose answer is lost counts as what ACM holds", async () => {
  faults.next("ImportCertificate", accepted);
  faults.next("ImportCertificate", { kind: "lost-reply" }, attempts);
  const result = await run({ force: true });
  faults.clear();
  expect(result).toMatchObject({ kind: "rotated", sha256: await liveSha256() });
});

const kills = [
  // Its key is gone and nobody has its serial: worth nothing, and not known to be there.
  { name: "after the CA has answered", match: "IssueCertificate", when: "after-response", at: 1, revoked: 0 },
  {
    name: "after the rehearsal's import",
    match: "ImportCertificate",
    when: "after-response",
    at: 1,
    revoked: 1,
  },
  { name: "before the live import", match: "TransactWriteItems", when: "after-response", at: 3, revoked: 1 },
] as const;

test.each(kills)(
  "a run that dies $name: the old certificate stays and the new one is given up",
  async kill => {
    const [before, revokedBefore] = [await liveSha256(), revoked().length];
    const { match, when, at: occurrence } = kill;
    const watch = cloud.compute.lambda.terminateDuring(job, { match, when, occurrence });
    await cloud.compute.lambda.invoke(job, { force: true });
    await watch.fired;
    expect(await run({ force: true })).toEqual({ kind: "busy" });
    cloud.advance(leaseMs);
    expect(await run()).toMatchObject({ kind: "kept", probe: "seen", sha256: before, revoked: kill.revoked });
    expect(revoked()).toHaveLength(revokedBefore + kill.revoked);
  },
);

test("a run that dies after the live import: the next one proves it, and asks the CA for nothing", async () => {
  const before = await liveSha256();
  const point = { match: "TransactWriteItems", when: "before-send", occurrence: 4 } as const;
  const watch = cloud.compute.lambda.terminateDuring(job, point);
  await cloud.compute.lambda.invoke(job, { force: true });
  await watch.fired;
  const asked = issued().length;
  const imported = await liveSha256();
  expect(imported).not.toBe(before);
  cloud.advance(leaseMs);
  expect(await run()).toMatchObject({ kind: "rotated", sha256: imported });
  expect(issued()).toHaveLength(asked);
  expect(await run()).toMatchObject({ kind: "kept", probe: "seen", sha256: imported });
});
