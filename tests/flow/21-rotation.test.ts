// A rotation from end to end, driven by the clock and by the edge's own connection log: the new certificate is used, so
// the old one is superseded, retired after its overlap, refused, and revoked at the CA. And a copy that comes back.
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { busName, operatorCredentials, queueArn, region } from "#local/cloud/settings.ts";
import { callApi, type EnrolledCertificate } from "#local/demo/api-client.ts";
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
const dayMs = 24 * hourMs;
// Twenty days, of which all windows are open on the nineteenth; an overlap of a day, of which a seventh is allowed.
const intoEveryWindowMs = 18 * dayMs;
const pastTheAllowanceMs = 4 * hourMs;
const pastTheOverlapMs = 25 * hourMs;

type ToldEvent = { readonly "detail-type": string; readonly detail: Readonly<Record<string, unknown>> };

let cloud: TestCloud;
let queueUrl: string;
let queues: SQSClient;
const told: ToldEvent[] = [];

beforeAll(async () => {
  cloud = await startTestCloud();
  await registerAuthority(cloud);
  for (const onReturn of ["tell", "hold"]) {
    const renewal = { opensAtPercent: 66, overlapDays: 1, onReturn };
    const answer = await callApi(await cloud.operator(), {
      method: "PUT",
      path: `/v1/profiles/${onReturn}s`,
      body: { lifetimeDays: 20, askedBy: ["operator"], renewal },
    });
    expect(answer.status).toBe(200);
  }
  queues = new SQSClient({ endpoint: cloud.urls.queues, region, credentials: operatorCredentials });
  await listenToTheBus("told");
}, 120_000);
afterAll(async () => {
  queues?.destroy();
  await cloud?.stop();
});

async function listenToTheBus(queue: string): Promise<void> {
  queueUrl = (await queues.send(new CreateQueueCommand({ QueueName: queue }))).QueueUrl ?? "";
  const bus = new EventBridgeClient({
    region,
    credentials: operatorCredentials,
    endpoint: cloud.urls.eventBus,
  });
  const pattern = { "detail-type": [{ suffix: "Superseded" }, { prefix: "Superseded" }] };
  const rule = { Name: queue, EventBusName: busName };
  await bus.send(new PutRuleCommand({ ...rule, EventPattern: JSON.stringify(pattern) }));
  const Targets = [{ Id: "target", Arn: queueArn(queue) }];
  await bus.send(new PutTargetsCommand({ Rule: queue, EventBusName: busName, Targets }));
  bus.destroy();
}

async function eventsAbout({ certificate }: TestHolder): Promise<readonly ToldEvent[]> {
  const { Messages = [] } = await queues.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }),
  );
  told.push(...Messages.map(({ Body = "" }) => JSON.parse(Body) as ToldEvent)); // As EventBridge sends them.
  return told.filter(({ detail }) => detail["certificate"] === certificate.id);
}

async function enrolled(holder: string, profile: "tells" | "holds"): Promise<TestHolder> {
  return enrolHolder(await cloud.operator(), holder, { tenant: "acme", profile });
}

async function renewed(device: TestHolder): Promise<TestHolder> {
  const { key, csr } = await makeKeyAndCsr(device.holder);
  const access = { ...cloud.access, identity: device.identity };
  const path = `/v1/certificates/${device.certificate.id}/renew`;
  let body: Readonly<Record<string, unknown>> = {};
  await until(async () => {
    const answer = await callApi(access, { path, body: { csr } });
    body = answer.body;
    return answer.status === 201;
  });
  const certificate = body as unknown as EnrolledCertificate; // What a 201 holds.
  return { ...device, certificate, identity: { key, certificate: certificate.certificate } };
}

async function isAdmitted({ identity }: { readonly identity: ClientIdentity }): Promise<boolean> {
  const url = `${cloud.urls.content}${firmwarePath}`;
  const answer = await callEdge({ url, serverCa: cloud.access.serverCa, identity });
  return answer.kind === "answered" && answer.status === 200;
}

async function read({ certificate }: TestHolder): Promise<Record<string, unknown>> {
  return (await callApi(await cloud.operator(), { path: `/v1/certificates/${certificate.id}` })).body;
}

const isIn = (device: TestHolder, state: string) => async () => (await read(device))["state"] === state;

async function sweep(): Promise<unknown> {
  const { payload, functionError } = await cloud.compute.lambda.invoke("sweep-due", {});
  expect(functionError, payload).toBeUndefined();
  return JSON.parse(payload);
}

async function reasonAtCa({ certificate }: TestHolder): Promise<string | undefined> {
  const entries = cloud.services.pca.ledger();
  return entries.find(({ serial }) => serial.replaceAll(":", "") === certificate.serial)?.reason;
}

describe("a certificate in use that is renewed", () => {
  let old: TestHolder;
  let successor: TestHolder;
  let rival: TestHolder;
  let rivalSuccessor: TestHolder;

  beforeAll(async () => {
    old = await enrolled("device-1", "tells");
    rival = await enrolled("device-2", "holds");
    expect(await isAdmitted(old)).toBe(true);
  });

  test("is seen at the edge, by its connection log", async () => {
    await until(async () => (await read(old))["lastSeenAt"] !== undefined);
    expect((await read(rival))["lastSeenAt"]).toBeUndefined();
  });

  test("stays what it is until its successor is used", async () => {
    cloud.advance(intoEveryWindowMs);
    [successor, rivalSuccessor] = [await renewed(old), await renewed(rival)];
    expect(await read(successor)).toMatchObject({ state: "active", renews: old.certificate.id });
    // The log of the renewal itself has come by then: the old one was seen today.
    const today = cloud.clock.now().toISOString().slice(0, 10);
    await until(async () => String((await read(old))["lastSeenAt"]).startsWith(today));
    expect(await read(old)).toMatchObject({ state: "active", renewedBy: successor.certificate.id });
  });

  test("is superseded by proof, told, and still good for its overlap", async () => {
    expect([await isAdmitted(successor), await isAdmitted(rivalSuccessor)]).toEqual([true, true]);
    await until(isIn(old, "superseded"));
    await until(isIn(rival, "superseded"));
    expect(await isAdmitted(old)).toBe(true);
    await until(async () => (await eventsAbout(old)).length > 0);
    const [event, ...more] = await eventsAbout(old);
    expect(event).toMatchObject({
      "detail-type": "Certificate Superseded",
      detail: { holder: "device-1", successor: successor.certificate.id },
    });
    expect(more).toEqual([]);
    expect(await sweep()).toMatchObject({ retired: 0 });
    expect(await isAdmitted(old)).toBe(true);
  });

  test("and comes back after its allowance is told; by the rule of its profile the lineage is held", async () => {
    cloud.advance(pastTheAllowanceMs);
    expect(await isAdmitted(rival)).toBe(true);
    await until(isIn(rivalSuccessor, "held"));
    await until(async () => !(await isAdmitted(rivalSuccessor)) && !(await isAdmitted(rival)));
    await until(async () => (await eventsAbout(rival)).length > 1);
    expect((await eventsAbout(rival)).map(event => event["detail-type"]).sort()).toEqual([
      "Certificate Superseded",
      "Superseded Certificate Returned",
    ]);
    const returned = (await eventsAbout(rival)).find(({ detail }) => detail["returnedAt"] !== undefined);
    expect(returned?.detail).toMatchObject({ answer: "admitted", held: [rivalSuccessor.certificate.id] });
    expect(await isAdmitted(successor)).toBe(true);
  });

  test("is retired when the overlap is over: refused at the edge, and revoked at the CA as superseded", async () => {
    cloud.advance(pastTheOverlapMs - pastTheAllowanceMs);
    const before = cloud.clock.now().getTime();
    expect(await sweep()).toMatchObject({ retired: 1 });
    // Until the edge's store is written, the old one is admitted: its first handshake is to be one that is refused.
    await until(async () => {
      const { body } = await callApi(await cloud.operator(), { path: "/v1/edge" });
      return Number(body["generation"]) > before;
    });
    await until(async () => !(await isAdmitted(old)));
    expect(await isAdmitted(successor)).toBe(true);
    expect(await read(old)).toMatchObject({ state: "revoked", revocation: { reason: "superseded" } });
    await until(async () => (await reasonAtCa(old)) === "SUPERSEDED");
  });

  test("is told when it comes back even then, by the refusal in the log", async () => {
    await until(async () => (await eventsAbout(old)).length > 1);
    const returned = (await eventsAbout(old)).find(({ detail }) => detail["returnedAt"] !== undefined);
    expect(returned?.detail).toMatchObject({ answer: "refused", held: [] });
    expect(await read(successor)).toMatchObject({ state: "active" });
  });
});
