// More enrolments than the CA's rate allows: they queue, in turn, and each is issued once. A CA that fails or is used up
// loses none of them.
import { ACMPCAClient } from "@aws-sdk/client-acm-pca";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createCa } from "#aws/ca/create-hierarchy.ts";
import { dynamoRateWindows } from "#aws/registry/rate-windows.ts";
import { windowOf } from "#core/issuance/rate-window.ts";
import { operatorCredentials, region, tableName } from "#local/cloud/settings.ts";
import { type ApiAccess, type ApiAnswer, callApi } from "#local/demo/api-client.ts";
import { makeKeyAndCsr } from "#local/demo/key-and-csr.ts";
import { AwsError } from "#local/wire/aws-json.ts";
import { faultInjector } from "#local/wire/faults.ts";
import {
  factoryAccess,
  registerAuthority,
  startTestCloud,
  type TestCloud,
  until,
} from "#support/local-cloud.ts";

/** Two permits in each half second. */
const issuePerSecond = 4;
const faults = faultInjector();
let cloud: TestCloud;
let acme: ApiAccess;
let zenith: ApiAccess;
beforeAll(async () => {
  cloud = await startTestCloud({ faults, issuePerSecond });
  await registerAuthority(cloud);
  acme = await factoryAccess(cloud, "acme", "acme-line");
  zenith = await factoryAccess(cloud, "zenith", "zenith-line");
});
afterAll(() => cloud?.stop());
afterEach(() => faults.clear());

type Device = {
  readonly access: ApiAccess;
  readonly body: { readonly holder: string; readonly csr: string };
};

async function devices(access: ApiAccess, name: string, count: number): Promise<readonly Device[]> {
  const holders = Array.from({ length: count }, (_, at) => `${name}-${at}`);
  return Promise.all(
    holders.map(async holder => ({ access, body: { holder, csr: (await makeKeyAndCsr(holder)).csr } })),
  );
}

const post = ({ access, body }: Device): Promise<ApiAnswer> =>
  callApi(access, { path: "/v1/certificates", body });

/** A busy machine's edge may lose a connection: the request is repeated, as any client does. */
async function postUntilTaken(device: Device): Promise<ApiAnswer> {
  for (;;) {
    const answer = await post(device);
    if (answer.status < 500) return answer;
  }
}

function ledgerOf(all: readonly Device[]) {
  const holders = new Set(all.map(({ body }) => body.holder));
  const entries = cloud.services.pca.ledger();
  return entries.filter(({ subject }) => holders.has(/CN=([^,]+)/.exec(subject)?.[1] ?? ""));
}

async function untilAllIssued(all: readonly Device[], withinMs = 60_000): Promise<void> {
  await until(async () => (await Promise.all(all.map(post))).every(({ status }) => status === 201), withinMs);
}

/** As a client does that waits as long as each answer says. Answers how often it had to ask. */
async function comeBackUntilIssued({ access }: Device, first: ApiAnswer): Promise<number> {
  const path = String(first.headers["location"]);
  let answer = first;
  for (let visits = 0; ; visits += 1) {
    if (answer.body["state"] === "issued") return visits;
    await new Promise(resolve => setTimeout(resolve, 1_000 * Number(answer.headers["retry-after"])));
    answer = await callApi(access, { path });
  }
}

const refuse = (name: string, status: number) =>
  ({ kind: "error", error: new AwsError(name, "as the test asks", status) }) as const;

/** Somebody else has the CA's rate for the next six seconds: however slow this machine is, there is a crowd. */
async function useUpTheRate(): Promise<void> {
  const client = new DynamoDBClient({
    endpoint: cloud.urls.dynamodb,
    region,
    credentials: operatorCredentials,
  });
  const windows = dynamoRateWindows({ documents: DynamoDBDocumentClient.from(client), tableName });
  const first = windowOf(cloud.clock.now());
  for (let ahead = 0; ahead < 12; ahead += 1) await windows.take(first + ahead, 2, 2);
}

test("a crowd is issued at the CA's rate, none lost, none twice, and who is told to wait finds it done", async () => {
  const crowd = await devices(acme, "crowd", 24);
  const others = await devices(zenith, "other", 3);
  await useUpTheRate();
  const answers = await Promise.all(
    [...crowd, ...others].map(async device => ({
      device,
      answer: await post(device),
      at: performance.now(),
    })),
  );
  for (const { answer } of answers) expect([201, 202]).toContain(answer.status);
  const waiting = answers.filter(({ answer }) => answer.status === 202);
  expect(waiting.length).toBeGreaterThan(0);
  for (const { answer } of waiting) expect(answer.body["state"]).toBe("accepted");
  const visits = await Promise.all(waiting.map(({ device, answer }) => comeBackUntilIssued(device, answer)));
  // What was told is what it takes: nobody comes again and again.
  expect(Math.max(0, ...visits)).toBeLessThanOrEqual(8);
  const issued = ledgerOf([...crowd, ...others]);
  expect(issued).toHaveLength(27);
  // A permit may be used a window late, so twelve windows' worth at most falls into five seconds.
  const fives = issued.map(({ issuedAt }) => Math.floor(issuedAt.getTime() / 5_000));
  for (const five of fives) expect(fives.filter(other => other === five).length).toBeLessThanOrEqual(24);
});

test("an enrolment whose call died before its message was sent is found by the recovery job", async () => {
  const [device] = await devices(acme, "crash", 1);
  if (device === undefined) throw new Error("one device was made");
  const watch = cloud.compute.lambda.terminateDuring("post-certificates", {
    match: "SendMessageBatch",
    when: "before-send",
    occurrence: 1,
  });
  faults.next("IssueCertificate", refuse("ServiceUnavailable", 503), 2);
  expect((await post(device)).status).toBeGreaterThanOrEqual(500);
  await watch.fired;
  cloud.advance(16_000);
  await cloud.compute.lambda.invoke("resume-enrolments", {});
  expect(ledgerOf([device])).toHaveLength(1);
  expect((await post(device)).status).toBe(201);
});

test("all that was accepted before and during an outage of 43 minutes is issued after it, once", async () => {
  const crowd = await devices(acme, "outage", 10);
  faults.next("IssueCertificate", refuse("ServiceUnavailable", 503), 1_000);
  const answers = await Promise.all(crowd.map(postUntilTaken));
  expect(answers.map(({ status }) => status)).toEqual(crowd.map(() => 202));
  cloud.advance(43 * 60_000);
  faults.clear();
  // Those that were asked for are searched in the CA's report before they are asked for again.
  await until(async () => {
    await cloud.compute.lambda.invoke("resume-enrolments", {});
    if (ledgerOf(crowd).length === crowd.length) return true;
    cloud.advance(600_000);
    return false;
  }, 60_000);
  await untilAllIssued(crowd);
  expect(ledgerOf(crowd)).toHaveLength(10);
});

test("a CA that is used up is asked once more by nobody: the next authority issues, what had begun included", async () => {
  const pca = new ACMPCAClient({ endpoint: cloud.urls.pca, region, credentials: operatorCredentials });
  const { arn } = await createCa(pca, {
    commonName: "Device Issuing CA 2",
    organization: "edgecert local",
    parentArn: cloud.hierarchy.root.arn,
    validityYears: 5,
  });
  const operator = await cloud.operator();
  await callApi(operator, { path: "/v1/authorities", body: { id: "m2", caArn: arn } });
  const [first, second] = await devices(acme, "used-up", 2);
  if (first === undefined || second === undefined) throw new Error("two devices were made");
  // It issues once it is active, and the first one issues when it cannot. Its rehearsal asks the CA too.
  await until(
    async () => (await callApi(operator, { path: "/v1/authorities/m2/activate", body: {} })).status === 200,
    60_000,
  );
  cloud.advance(6_000);
  faults.next("IssueCertificate", refuse("LimitExceededException", 400));
  await post(first);
  await untilAllIssued([first]);
  await untilAllIssued([second]);
  const other = cloud.hierarchy.issuing.arn;
  expect(ledgerOf([first, second]).map(({ caArn }) => caArn)).toEqual([other, other]);
});
