// Findings of every source, from their arrival to the refused handshake: what a rule says is done, up to its brake, and
// what is beyond waits for a person.
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { busName, deadLetterQueue, operatorCredentials, region } from "#local/cloud/settings.ts";
import { type ApiAccess, type ApiAnswer, callApi } from "#local/demo/api-client.ts";
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
let operator: ApiAccess;
let factory: ApiAccess;
let bus: EventBridgeClient;

beforeAll(async () => {
  cloud = await startTestCloud();
  await registerAuthority(cloud);
  operator = await cloud.operator();
  factory = await factoryAccess(cloud);
  bus = new EventBridgeClient({ region, credentials: operatorCredentials, endpoint: cloud.urls.eventBus });
}, 120_000);
afterAll(async () => {
  bus?.destroy();
  await cloud?.stop();
});

async function getsIn({ identity }: TestHolder): Promise<boolean> {
  const url = `${cloud.urls.content}${firmwarePath}`;
  const answer = await callEdge({ url, serverCa: cloud.access.serverCa, identity });
  return answer.kind === "answered" && answer.status === 200;
}

async function put(Source: string, detail: unknown): Promise<string> {
  const entry = { EventBusName: busName, Source, DetailType: "Certificate Compromise Reported" };
  const { Entries = [] } = await bus.send(
    new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify(detail) }] }),
  );
  return Entries[0]?.EventId ?? "";
}

const call = (method: string, path: string, body?: unknown): Promise<ApiAnswer> =>
  callApi(operator, { method, path, ...(body === undefined ? {} : { body }) });

const stateOf = async ({ certificate }: TestHolder): Promise<unknown> =>
  (await call("GET", `/v1/certificates/${certificate.id}`)).body["state"];

const sha256Of = async ({ certificate }: TestHolder): Promise<string> =>
  String((await call("GET", `/v1/certificates/${certificate.id}`)).body["sha256"]);

/** As EventBridge gets it from the service, with our certificate in the made-up one's place. */
function publishFixture(name: string, replace: Readonly<Record<string, string>>): void {
  let text = readFileSync(join(import.meta.dirname, "../fixtures/findings", `${name}.json`), "utf8");
  for (const [from, to] of Object.entries(replace)) text = text.replaceAll(from, to);
  cloud.services.eventBus.publishServiceEvent(JSON.parse(text.replaceAll("111122223333", "000000000000")));
}

describe("findings of AWS's services", () => {
  it("hold the certificate, whatever came twice or closed before", async () => {
    const shared = await enrolHolder(factory, "device-shared");
    const session = await enrolHolder(factory, "device-session");
    const made = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";
    const sha256 = await sha256Of(shared);
    for (let twice = 0; twice < 2; twice += 1) {
      publishFixture("device-defender-shared-certificate", { [made]: sha256 });
      publishFixture("device-defender-check-summary", {});
      publishFixture("guardduty-roles-anywhere-session", {
        e8cbd2bedb122329f97706bcfec990f8: session.certificate.serial,
      });
    }
    await until(async () => !(await getsIn(shared)) && !(await getsIn(session)));
    expect([await stateOf(shared), await stateOf(session)]).toEqual(["held", "held"]);
    const { body } = await call("GET", `/v1/audit?subject=${shared.certificate.id}`);
    const held = (body["records"] as readonly { action: string }[]).filter(
      ({ action }) => action === "certificate.held",
    );
    expect(held).toMatchObject([
      {
        facts: { rule: "device-defender", reason: "keyCompromise", finding: expect.stringMatching(/^fnd_/) },
      },
    ]);
  });
});

describe("a signed finding", () => {
  let keyId: string;
  let secret: string;

  const post = (body: unknown, messageId: string, at = cloud.clock.now()) => {
    const text = JSON.stringify(body);
    const timestamp = String(Math.floor(at.getTime() / 1_000));
    const mac = createHmac("sha256", Buffer.from(secret.replace("whsec_", ""), "base64"))
      .update(`${messageId}.${timestamp}.${text}`)
      .digest("base64");
    return callApi(cloud.access, {
      path: "/v1/findings",
      body,
      headers: {
        "webhook-key-id": keyId,
        "webhook-id": messageId,
        "webhook-timestamp": timestamp,
        "webhook-signature": `v1,${mac}`,
      },
    });
  };
  const about = (holder: string) => ({
    version: "1",
    type: "leaked-key",
    severity: 9,
    certificate: { tenant: "acme", holder },
  });

  it("is taken from a sender that an operator has let in, and does what a rule says", async () => {
    const created = await call("PUT", "/v1/finding-senders/scanner", { note: "the leak scanner" });
    expect(created.status).toBe(201);
    keyId = String(created.body["keyId"]);
    secret = String(created.body["secret"]);
    const rule = { match: { source: "webhook", types: ["leaked-*"], minimumSeverity: 7 }, action: "revoke" };
    expect((await call("PUT", "/v1/rules/leaks", rule)).status).toBe(200);
    const leaked = await enrolHolder(factory, "device-leaked");
    const answer = await post(about("device-leaked"), "msg_1");
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        outcome: "applied",
        finding: expect.stringMatching(/^fnd_[0-9a-f]{32}$/),
        rule: "leaks",
        action: "revoke",
        certificates: 1,
        lots: 0,
        plans: [],
      },
    ]);
    await until(async () => !(await getsIn(leaked)));
    expect((await post(about("device-leaked"), "msg_1")).body).toEqual(answer.body);
  });

  it("that is old, forged or of nobody is a 401, and one about nothing of ours a 404", async () => {
    const old = new Date(cloud.clock.now().getTime() - 301_000);
    expect((await post(about("device-leaked"), "msg_2", old)).status).toBe(401);
    expect((await post(about("device-unknown"), "msg_3")).status).toBe(404);
    expect((await post({ version: "1" }, "msg_4")).status).toBe(400);
    const right = secret;
    secret = `whsec_${Buffer.alloc(32).toString("base64")}`;
    expect((await post(about("device-leaked"), "msg_5")).status).toBe(401);
    secret = right;
  });

  it("is refused under the old secret once it has ended, and under all when the sender is removed", async () => {
    const fresh = await call("POST", "/v1/finding-senders/scanner/rotate-secret", { oldEndsInSeconds: 0 });
    expect((await post(about("device-leaked"), "msg_6")).status).toBe(401);
    keyId = String(fresh.body["keyId"]);
    secret = String(fresh.body["secret"]);
    expect((await post(about("device-leaked"), "msg_7")).status).toBe(200);
    expect((await call("GET", "/v1/finding-senders")).body).toMatchObject({ senders: [{ id: "scanner" }] });
    expect((await call("DELETE", "/v1/finding-senders/scanner")).status).toBe(200);
    expect((await post(about("device-leaked"), "msg_8")).status).toBe(401);
  });
});

describe("rules", () => {
  it("are shown in the order they are tried, and taken back", async () => {
    const shown = async () =>
      ((await call("GET", "/v1/rules")).body["rules"] as readonly { id: string }[]).map(({ id }) => id);
    const builtIn = ["device-defender", "guardduty", "reports", "webhooks"];
    expect(await shown()).toEqual(["leaks", ...builtIn]);
    expect((await call("GET", "/v1/rules/leaks")).body).toMatchObject({ builtIn: false, version: 1 });
    expect((await call("GET", "/v1/rules/reports")).body).toMatchObject({ builtIn: true, action: "revoke" });
    expect((await call("DELETE", "/v1/rules/leaks")).body).toMatchObject({ id: "leaks" });
    expect((await call("DELETE", "/v1/rules/leaks")).status).toBe(404);
    expect(await shown()).toEqual(builtIn);
  });
});

describe("the brake", () => {
  it("holds one beyond the cap: nothing is refused, and a plan waits, which another may approve", async () => {
    const rule = {
      match: { source: "report", senders: ["stolen.automation"] },
      action: "revoke",
      brake: { certificates: 2, atLeast: 2, acrossTenants: 100 },
    };
    expect((await call("PUT", "/v1/rules/automation", rule)).status).toBe(200);
    const devices: TestHolder[] = [];
    for (let index = 0; index < 5; index += 1) {
      devices.push(await enrolHolder(factory, `device-flood-${index}`));
    }
    for (const { certificate } of devices) {
      await put("stolen.automation", {
        version: "1",
        certificate: { serial: certificate.serial, authority: "m1" },
      });
    }
    const waiting = async () => {
      const { body } = await call("GET", "/v1/revocation-plans");
      return (body["plans"] as readonly { id: string; author: string; state: string }[]).filter(
        ({ author, state }) => author === "rule:automation" && state === "awaiting_approval",
      );
    };
    await until(async () => (await waiting()).length === 3);
    const states = await Promise.all(devices.map(stateOf));
    expect(states.filter(state => state === "revoked")).toHaveLength(2);
    expect(states.filter(state => state === "active")).toHaveLength(3);
    const [plan] = await waiting();
    const { body } = await call("GET", `/v1/revocation-plans/${plan?.id}`);
    const decided = { hash: body["hash"] };
    expect((await call("POST", `/v1/revocation-plans/${plan?.id}/approve`, decided)).status).toBe(200);
  });

  it("counts a lot as what it may hold, and leaves it to a plan", async () => {
    const device = await enrolHolder(factory, "device-of-lot", { lot: "w47" });
    await put("soc.example", { version: "1", certificate: { tenant: "acme", lot: "w47" } });
    await until(async () => {
      const { body } = await call("GET", "/v1/revocation-plans");
      return (body["plans"] as readonly { author: string }[]).some(({ author }) => author === "rule:reports");
    });
    expect([await getsIn(device), await stateOf(device)]).toEqual([true, "active"]);
  });
});

describe("a poison event", () => {
  it("goes to the dead-letter queue with its reason, and the next is handled", async () => {
    const next = await enrolHolder(factory, "device-next");
    const poison = await put("soc.example", { version: "1", certificate: { serial: "not hexadecimal" } });
    await put("soc.example", { version: "1", certificate: { tenant: "acme", holder: "device-next" } });
    await until(async () => !(await getsIn(next)));
    // Lambda's two retries come a minute and two minutes later.
    cloud.advance(60_000);
    await until(() => failuresOf(poison) >= 2);
    cloud.advance(120_000);
    const queues = new SQSClient({ region, credentials: operatorCredentials, endpoint: cloud.urls.queues });
    const { QueueUrl } = await queues.send(new CreateQueueCommand({ QueueName: deadLetterQueue }));
    const seen: string[] = [];
    await until(async () => {
      const { Messages = [] } = await queues.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 60 }),
      );
      seen.push(...Messages.map(({ Body = "" }) => Body));
      return seen.some(text => text.includes(poison));
    });
    queues.destroy();
    expect(seen.find(text => text.includes(poison))).toContain(
      "event.malformed: /certificate/serial not a hexadecimal serial",
    );
  });

  const failuresOf = (eventId: string): number =>
    cloud.compute.lambda
      .logLines("compromise-reported")
      .filter(line => line.includes("compromise report failed") && line.includes(eventId)).length;
});
