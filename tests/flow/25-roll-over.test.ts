// A CA is rolled over while devices connect all the time: no valid one is refused and no stranger admitted at any step
// (invariant I15), no step comes before its time, and each can be taken back.
import { webcrypto } from "node:crypto";
import { ACMPCAClient } from "@aws-sdk/client-acm-pca";
import { CloudFrontClient, GetTrustStoreCommand, UpdateTrustStoreCommand } from "@aws-sdk/client-cloudfront";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createCa } from "#aws/ca/create-hierarchy.ts";
import { dynamoRollOverRegistry } from "#aws/registry/roll-over-registry.ts";
import { authorityStateChanged } from "#core/event/authority-state-changed.ts";
import { operatorCredentials, region, tableName, trustBundlesBucket } from "#local/cloud/settings.ts";
import { type ApiAnswer, callApi, type EnrolledCertificate } from "#local/demo/api-client.ts";
import { type ClientIdentity, callEdge } from "#local/demo/edge-client.ts";
import { makeKeyAndCsr } from "#local/demo/key-and-csr.ts";
import { firmwarePath } from "#local/demo/lifecycle.ts";
import { dayMs } from "#support/fixed-time.ts";
import {
  enrolHolder,
  registerAuthority,
  startTestCloud,
  type TestCloud,
  type TestHolder,
  until,
} from "#support/local-cloud.ts";
import { ecKeys, issueFrom, makeTestCa } from "#support/test-ca.ts";

let cloud: TestCloud;
let newCaArn = "";
/** Who must get in, by holder; a renewal replaces its entry. */
const fleet = new Map<string, TestHolder>();
/** Who must not. */
const strangers: { readonly identity: ClientIdentity; readonly name: string }[] = [];
const wrong: string[] = [];
let connections = 0;
let load: { readonly stop: () => Promise<void> };

beforeAll(async () => {
  cloud = await startTestCloud();
  await registerAuthority(cloud);
  newCaArn = await aCa("Device Issuing CA 2");
  for (const name of ["one", "two", "three"]) await enrolled(name);
  strangers.push(await aDistrusted());
  load = startLoad();
}, 120_000);
afterAll(async () => {
  await load?.stop();
  await cloud?.stop();
});

async function aCa(commonName: string): Promise<string> {
  const pca = new ACMPCAClient({ endpoint: cloud.urls.pca, region, credentials: operatorCredentials });
  const parentArn = cloud.hierarchy.root.arn;
  const ca = { commonName, organization: "edgecert local", parentArn, validityYears: 5 };
  const { arn } = await createCa(pca, ca);
  pca.destroy();
  return arn;
}

async function asOperator(path: string, body?: unknown): Promise<ApiAnswer> {
  return callApi(await cloud.operator(), { path, ...(body === undefined ? {} : { body }) });
}

async function enrolled(holder: string): Promise<TestHolder> {
  const device = await enrolHolder(await cloud.operator(), holder, { tenant: "acme" });
  fleet.set(holder, device);
  return device;
}

async function renew(device: TestHolder): Promise<void> {
  const { key, csr } = await makeKeyAndCsr(device.holder);
  const access = { ...cloud.access, identity: device.identity };
  const path = `/v1/certificates/${device.certificate.id}/renew`;
  let body: unknown;
  await until(async () => {
    const answer = await callApi(access, { path, body: { csr } });
    body = answer.body;
    return answer.status === 201;
  });
  const certificate = body as EnrolledCertificate; // What a 201 holds.
  fleet.set(device.holder, {
    ...device,
    certificate,
    identity: { key, certificate: certificate.certificate },
  });
}

async function isAdmitted({ identity }: { readonly identity: ClientIdentity }): Promise<boolean> {
  const url = `${cloud.urls.content}${firmwarePath}`;
  const answer = await callEdge({ url, serverCa: cloud.access.serverCa, identity });
  return answer.kind === "answered" && answer.status === 200;
}

/** A partner's client: good until its CA was distrusted. */
async function aDistrusted(): Promise<{ readonly identity: ClientIdentity; readonly name: string }> {
  const fromNow = (ms: number): Date => new Date(cloud.clock.now().getTime() + ms);
  const dates = { notBefore: fromNow(-dayMs), notAfter: fromNow(300 * dayMs) };
  const ca = await makeTestCa({ name: "CN=Partner CA, O=Partner", pathLength: 0, ...dates });
  const keys = await ecKeys();
  const certificate = await issueFrom(ca, keys, { serial: "1a2b", alternativeNames: [], ...dates });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`;
  const client = { identity: { key, certificate }, name: "the client of a distrusted CA" };
  await asOperator("/v1/authorities", { id: "p9", kind: "foreign", certificatePem: ca.certificatePem });
  await until(() => isAdmitted(client));
  await distrust("p9");
  await until(async () => !(await isAdmitted(client)));
  return client;
}

/** The write that a plan to distrust comes to. */
async function distrust(id: string): Promise<void> {
  const sdk = { region, credentials: operatorCredentials, endpoint: cloud.urls.dynamodb };
  const registry = dynamoRollOverRegistry({
    documents: DynamoDBDocumentClient.from(new DynamoDBClient(sdk), {
      marshallOptions: { removeUndefinedValues: true },
    }),
    tableName,
  });
  const authority = (await registry.listAuthorities()).find(one => one.id === id);
  if (authority === undefined) throw new Error(`${id} is registered`);
  const at = cloud.clock.now();
  const event = authorityStateChanged(authority, { to: "distrusted", actor: "operator:ada", at });
  const audit = {
    subject: id,
    action: "authority.state_changed",
    actor: "operator:ada",
    requestId: "r",
    at,
    facts: {},
  } as const;
  expect(await registry.recordState(authority, "distrusted", at, audit, event)).toBe(true);
}

/** Everybody connects again and again; who is treated wrongly is noted with the moment's state. */
function startLoad(): { readonly stop: () => Promise<void> } {
  let ended = false;
  const run = async (): Promise<void> => {
    while (!ended) {
      for (const device of [...fleet.values()]) {
        connections += 1;
        if (!(await isAdmitted(device))) wrong.push(`refused ${device.holder} ${device.certificate.id}`);
      }
      for (const stranger of strangers) {
        if (await isAdmitted(stranger)) wrong.push(`admitted ${stranger.name}`);
      }
    }
  };
  const running = run();
  return {
    stop: async () => {
      ended = true;
      await running;
    },
  };
}

type Against = { readonly change: string; readonly against: readonly { readonly code: string }[] };

/** The findings against a change, as `GET /v1/authorities/{id}` shows them; undefined when it does not lead on. */
async function against(id: string, change: string): Promise<readonly string[] | undefined> {
  const { body } = await asOperator(`/v1/authorities/${id}`);
  const changes = body["changes"] as readonly Against[]; // As the contract has it.
  return changes.find(candidate => candidate.change === change)?.against.map(({ code }) => code);
}

async function change(id: string, name: string, body: unknown = {}): Promise<readonly [number, unknown]> {
  const answer = await asOperator(`/v1/authorities/${id}/${name}`, body);
  return [answer.status, answer.body["state"] ?? answer.body["code"]];
}

const liveAuthorities = async (): Promise<unknown> => {
  const { body } = await asOperator("/v1/trust-bundle");
  return [body["status"], (body["live"] as { authorities?: unknown } | undefined)?.authorities];
};

const authorityOf = ({ certificate }: TestHolder): string => certificate.id.split("-")[0] ?? "";

test("a second CA is prepared, and not activated before its time", async () => {
  const registered = await asOperator("/v1/authorities", { id: "m2", caArn: newCaArn });
  expect([registered.status, registered.body["state"]]).toEqual([201, "prepared"]);
  const early = await asOperator("/v1/authorities/m2/activate", {});
  expect([early.status, early.body["code"]]).toEqual([409, "authority.interlocked"]);
  const codes = (early.body["errors"] as readonly { code: string }[]).map(({ code }) => code);
  expect(codes).toContain("roll_over.not_rehearsed");
  expect(authorityOf(await enrolled("four"))).toBe("m1");
});

test("it is trusted everywhere and rehearsed through the edge, by itself", async () => {
  await until(async () => (await against("m2", "activate"))?.length === 0, 60_000);
  expect(await liveAuthorities()).toEqual(["live", ["m1", "m2"]]);
  const { body } = await asOperator("/v1/trust-bundle");
  expect(body["distributions"]).toEqual(["EAPI0000000000", "ECONTENT000000", "ERENEWAL000000"]);
  const { body: authority } = await asOperator("/v1/authorities/m2");
  const canary = (authority["rehearsal"] as { certificate: string }).certificate;
  await until(async () => (await asOperator(`/v1/certificates/${canary}`)).body["state"] === "revoked");
});

test("once active it issues, and what it issues is admitted from the first handshake", async () => {
  expect(await change("m2", "activate")).toEqual([200, "active"]);
  cloud.advance(6_000);
  const device = await enrolled("five");
  expect([authorityOf(device), await isAdmitted(device)]).toEqual(["m2", true]);
});

test("a step back stops it from issuing, and refuses nobody", async () => {
  expect(await change("m2", "prepare")).toEqual([200, "prepared"]);
  cloud.advance(6_000);
  expect(authorityOf(await enrolled("six"))).toBe("m1");
  expect(await against("m2", "activate")).toEqual(["roll_over.not_rehearsed"]);
  expect(await change("m2", "retire")).toEqual([409, "authority.interlocked"]);
  expect(await change("m2", "prepare")).toEqual([200, "prepared"]);
  await until(async () => (await against("m2", "activate"))?.length === 0, 60_000);
  expect(await change("m2", "activate")).toEqual([200, "active"]);
  cloud.advance(6_000);
});

test("the old one drains, and is not retired while certificates of it are in force", async () => {
  expect(await change("m1", "retire")).toEqual([409, "authority.wrong_state"]);
  expect(await change("m1", "drain")).toEqual([200, "draining"]);
  expect(await change("m2", "drain")).toEqual([409, "authority.interlocked"]);
  expect(await change("m1", "activate")).toEqual([200, "active"]);
  expect(await change("m1", "drain")).toEqual([200, "draining"]);
  cloud.advance(61_000);
  expect(await against("m1", "retire")).toEqual(["roll_over.certificates_live"]);
  const forced = await change("m1", "retire", { force: true, reason: "in a hurry" });
  expect(forced).toEqual([409, "authority.interlocked"]);
});

test("its devices renew, and it is retired when their overlap is over", async () => {
  const moved = await asOperator("/v1/authorities/m1/renewal-window", { start: "now", reason: "roll-over" });
  expect(moved.status, JSON.stringify(moved.body)).toBe(200);
  cloud.advance(6_000);
  const olds = [...fleet.values()].filter(device => authorityOf(device) === "m1");
  for (const device of olds) await renew(device);
  expect([...fleet.values()].map(authorityOf)).toEqual(Array.from(fleet, () => "m2"));
  await until(async () => {
    const states = await Promise.all(
      olds.map(
        async ({ certificate }) => (await asOperator(`/v1/certificates/${certificate.id}`)).body["state"],
      ),
    );
    return states.every(state => state === "superseded");
  }, 60_000);
  cloud.advance(8 * dayMs);
  await until(async () => {
    await cloud.compute.lambda.invoke("sweep-due", {});
    return (await against("m1", "retire"))?.length === 0;
  }, 60_000);
  expect(await change("m1", "retire")).toEqual([200, "retired"]);
  strangers.push(...olds.map(({ identity, holder }) => ({ identity, name: `the old ${holder}` })));
  await until(async () => JSON.stringify(await liveAuthorities()) === '["live",["m2"]]');
});

test("retired, it can come back a step, and goes again", async () => {
  expect(await change("m1", "drain")).toEqual([200, "draining"]);
  await until(async () => JSON.stringify(await liveAuthorities()) === '["live",["m1","m2"]]');
  cloud.advance(61_000);
  expect(await change("m1", "retire")).toEqual([200, "retired"]);
  await until(async () => JSON.stringify(await liveAuthorities()) === '["live",["m2"]]');
});

test("what somebody else puts into the trust store is noticed, and put right", async () => {
  const sdk = { region, credentials: operatorCredentials };
  const cloudfront = new CloudFrontClient({ ...sdk, endpoint: cloud.urls.cloudfront });
  const s3 = new S3Client({ ...sdk, endpoint: cloud.urls.queues, forcePathStyle: true });
  const Body = cloud.services.cloudfront.activeBundle(cloud.trustStoreId)?.pem ?? "";
  const Key = "trust-bundles/theirs.pem";
  await s3.send(
    new PutObjectCommand({
      Bucket: trustBundlesBucket,
      Key,
      Body: `${Body}${cloud.hierarchy.root.certificatePem}`,
    }),
  );
  const { ETag } = await cloudfront.send(new GetTrustStoreCommand({ Identifier: cloud.trustStoreId }));
  const location = { Bucket: trustBundlesBucket, Key, Region: region };
  await cloudfront.send(
    new UpdateTrustStoreCommand({
      Id: cloud.trustStoreId,
      IfMatch: ETag,
      CaCertificatesBundleSource: { CaCertificatesBundleS3Location: location },
    }),
  );
  const { payload } = await cloud.compute.lambda.invoke("maintain-trust-store", {});
  expect(JSON.parse(payload)).toMatchObject({ outcome: "live", foreignChanges: 1, authorities: ["m2"] });
  expect(cloud.services.cloudfront.activeBundle(cloud.trustStoreId)?.pem).toBe(Body);
  cloudfront.destroy();
  s3.destroy();
});

test("all the while no valid device was refused, and nobody else admitted", async () => {
  await load.stop();
  expect(wrong).toEqual([]);
  expect(connections).toBeGreaterThan(100);
});
