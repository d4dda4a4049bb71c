// Reconciliation through the API on the whole local cloud: what somebody does to the store by hand is seen at the
// handshake, reported, and undone by one call.
import { DescribeKeyValueStoreCommand, UpdateKeysCommand } from "@aws-sdk/client-cloudfront-keyvaluestore";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { busName } from "#local/cloud/settings.ts";
import { callApi } from "#local/demo/api-client.ts";
import { callEdge } from "#local/demo/edge-client.ts";
import {
  enrolHolder,
  factoryAccess,
  registerAuthority,
  startTestCloud,
  type TestCloud,
  type TestHolder,
  until,
} from "#support/local-cloud.ts";
import { kvsClient } from "../contract/key-value-store/subject.ts";

let cloud: TestCloud;
let good: TestHolder;
let revoked: TestHolder;

beforeAll(async () => {
  cloud = await startTestCloud();
  await registerAuthority(cloud);
  const factory = await factoryAccess(cloud);
  good = await enrolHolder(factory, "device-good");
  revoked = await enrolHolder(factory, "device-revoked");
  await reportCompromised(revoked);
  await until(async () => !(await getsIn(revoked)));
});
afterAll(() => cloud.stop());

async function getsIn({ identity }: TestHolder): Promise<boolean> {
  const url = `${cloud.urls.content}/firmware-1.0.0.bin`;
  const answer = await callEdge({ url, serverCa: cloud.access.serverCa, identity });
  return answer.kind === "answered" && answer.status === 200;
}

async function reportCompromised({ certificate }: TestHolder): Promise<void> {
  const client = new EventBridgeClient({
    endpoint: cloud.urls.eventBus,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const detail = { version: "1", certificate: { serial: certificate.serial } };
  await client.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: busName,
          Source: "soc.example",
          DetailType: "Certificate Compromise Reported",
          Detail: JSON.stringify(detail),
        },
      ],
    }),
  );
}

async function update(puts: Readonly<Record<string, string>>, deletes: readonly string[]): Promise<void> {
  const client = kvsClient(cloud.urls.keyValueStore);
  const KvsARN = cloud.services.storeArn;
  const { ETag } = await client.send(new DescribeKeyValueStoreCommand({ KvsARN }));
  const Puts = Object.entries(puts).map(([Key, Value]) => ({ Key, Value }));
  const Deletes = deletes.map(Key => ({ Key }));
  await client.send(new UpdateKeysCommand({ KvsARN, IfMatch: ETag, Puts, Deletes }));
}

const reconcile = async () => callApi(await cloud.operator(), { method: "POST", path: "/v1/edge/reconcile" });
const differences = (body: Record<string, unknown>) =>
  body["differences"] as Record<string, { count: number; keys: readonly string[] }>;

const prove = async () => JSON.parse((await cloud.compute.lambda.invoke("prove-edge", {})).payload);

describe("a page that somebody deleted", () => {
  it("refuses its good devices too, until a reconciliation brings back both answers", async () => {
    expect([await getsIn(good), await getsIn(revoked)]).toEqual([true, false]);
    await update({}, ["m1.0"]);
    expect([await getsIn(good), await getsIn(revoked)]).toEqual([false, false]);
    const { status, body } = await reconcile();
    expect(status).toBe(200);
    expect(body["complete"]).toBe(true);
    expect(differences(body)["missing"]).toEqual({ count: 1, keys: ["m1.0"] });
    expect([await getsIn(good), await getsIn(revoked)]).toEqual([true, false]);
  });
});

describe("a page that somebody made all good", () => {
  it("admits the revoked device, until a reconciliation refuses it again", async () => {
    await update({ "m1.0": "g" }, []);
    expect(await getsIn(revoked)).toBe(true);
    expect(await prove()).toMatchObject({ wrong: 1 });
    expect(differences((await reconcile()).body)["altered"]).toEqual({ count: 1, keys: ["m1.0"] });
    expect([await getsIn(good), await getsIn(revoked)]).toEqual([true, false]);
    expect(await prove()).toMatchObject({ wrong: 0 });
  });
});

describe("the scheduled job", () => {
  it("does the same without being asked", async () => {
    await update({ stray: "1" }, ["m1.0"]);
    const { functionError, payload } = await cloud.compute.lambda.invoke("reconcile-edge", {});
    expect(functionError).toBeUndefined();
    expect(differences(JSON.parse(payload))).toMatchObject({
      missing: { keys: ["m1.0"] },
      extra: { keys: ["stray"] },
    });
    expect([await getsIn(good), await getsIn(revoked)]).toEqual([true, false]);
  });
});

describe("GET /v1/edge", () => {
  it("tells operators how the store is, what the last run found, and what each authority has there", async () => {
    const { body } = await reconcile();
    const answer = await callApi(await cloud.operator(), { path: "/v1/edge" });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      generation: expect.any(Number),
      generationAgeSeconds: expect.any(Number),
      store: { bytes: expect.any(Number), limitBytes: 5_000_000, keys: 50, level: "ample" },
      reconciliation: {
        id: body["id"],
        complete: true,
        storeFull: false,
        differences: { missing: 0, extra: 0 },
      },
      authorities: [{ id: "m1", layout: "slots", firstLiveSlot: 0, provisionedSlots: 196_608, pages: 48 }],
    });
  });

  it("and the reconciliation are not for tokens without their scope, nor for devices", async () => {
    const access = async (...scopes: string[]) => ({
      ...cloud.access,
      token: await cloud.operatorToken(scopes),
    });
    const get = { path: "/v1/edge" };
    const post = { method: "POST", path: "/v1/edge/reconcile" };
    expect((await callApi(await access("authorities:write"), get)).status).toBe(403);
    expect((await callApi(await access("certificates:read"), post)).status).toBe(403);
    expect((await callApi({ ...cloud.access, identity: good.identity }, get)).status).toBe(403);
    expect((await callApi(await access("certificates:read"), get)).status).toBe(200);
  });
});
