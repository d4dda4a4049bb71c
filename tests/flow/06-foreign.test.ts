// A partner's own CA: registered by its certificate, its clients let in, and refused one by one by its revocation list.
import { webcrypto } from "node:crypto";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, expect, test } from "vitest";
import { scan } from "#core/crl/scan-der.ts";
import * as x509 from "#core/x509.ts";
import { busName, operatorCredentials, region } from "#local/cloud/settings.ts";
import { type ApiAccess, type ApiAnswer, callApi } from "#local/demo/api-client.ts";
import { type ClientIdentity, callEdge } from "#local/demo/edge-client.ts";
import { firmwarePath } from "#local/demo/lifecycle.ts";
import { buildCrl, type CrlParts, crlPem, signBytes } from "#support/crl-builder.ts";
import { bitString, sequence } from "#support/der-builder.ts";
import { dayMs } from "#support/fixed-time.ts";
import { startTestCloud, type TestCloud, until } from "#support/local-cloud.ts";
import { ecKeys, issueFrom, makeTestCa, type TestCa } from "#support/test-ca.ts";

/** As DER writes them, so those with the top bit set have a sign octet before. */
const serials = ["00", "04", "7f", "0080", `00${"ff".repeat(20)}`, `01${"00".repeat(19)}`] as const;

let cloud: TestCloud;
let operator: ApiAccess;
let partner: TestCa;
let another: TestCa;
const clients = new Map<string, ClientIdentity>();
let stranger: ClientIdentity;

beforeAll(async () => {
  cloud = await startTestCloud();
  operator = await cloud.operator();
  partner = await aPartner("CN=Partner CA, O=Partner");
  another = await aPartner("CN=Another CA, O=Partner");
  for (const serial of serials) clients.set(serial, await aClient(partner, serial));
  stranger = await aClient(another, "04");
});
afterAll(() => cloud.stop());

const fromNow = (ms: number): Date => new Date(cloud.clock.now().getTime() + ms);

function aPartner(name: string): Promise<TestCa> {
  const { keyCertSign, cRLSign } = x509.KeyUsageFlags;
  const dates = { notBefore: fromNow(-dayMs), notAfter: fromNow(365 * dayMs) };
  return makeTestCa({ name, pathLength: 0, keyUsages: keyCertSign | cRLSign, ...dates });
}

async function aClient(ca: TestCa, serial: string): Promise<ClientIdentity> {
  const keys = await ecKeys();
  const dates = { notBefore: fromNow(-dayMs), notAfter: fromNow(30 * dayMs) };
  // A subject of the partner's choosing: it may even look like one of ours.
  const isZero = serial === "00";
  const issued = await issueFrom(ca, keys, {
    serial: isZero ? "01" : serial,
    alternativeNames: [],
    ...dates,
  });
  const certificate = isZero ? await withSerialZero(ca, issued) : issued;
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.toString("base64")}\n-----END PRIVATE KEY-----\n`;
  return { key, certificate };
}

/** The library makes no certificate with serial 0, so one with serial 1 is changed and signed anew. */
async function withSerialZero(ca: TestCa, pem: string): Promise<string> {
  const [signed, algorithm] = partsOf(new Uint8Array(new x509.X509Certificate(pem).rawData));
  const at = Buffer.from(signed).indexOf(Buffer.from("a003020102020101", "hex"));
  const changed = Uint8Array.from(signed);
  changed[at + 7] = 0;
  const der = sequence(changed, algorithm, bitString(await signBytes(ca, changed)));
  return new x509.X509Certificate(der).toString("pem");
}

/** Signed part and signature algorithm of a certificate. */
function partsOf(der: Uint8Array<ArrayBuffer>): readonly [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>] {
  const [certificate] = scan(der);
  const [signed, algorithm] = scan(certificate?.contents ?? der);
  if (signed === undefined || algorithm === undefined) throw new Error("not a certificate");
  return [signed.encoded, algorithm.encoded];
}

async function isAdmitted(identity: ClientIdentity | undefined): Promise<boolean> {
  const url = `${cloud.urls.content}${firmwarePath}`;
  const answer = await callEdge({ url, serverCa: cloud.access.serverCa, identity });
  return answer.kind === "answered" && answer.status === 200;
}

/** Serials of the clients that get in. */
async function admitted(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [serial, identity] of clients) if (await isAdmitted(identity)) found.push(serial);
  return found;
}

let number = 0n;
async function aList(parts: CrlParts & { readonly ca?: TestCa }): Promise<Uint8Array<ArrayBuffer>> {
  number += 1n;
  const dates = { thisUpdate: fromNow(-1_000), nextUpdate: fromNow(dayMs) };
  return buildCrl(parts.ca ?? partner, { number, ...dates, ...parts });
}

const revoking = (...revoked: readonly string[]) => ({
  entries: revoked.map(serial => ({ serial, reason: 1 })),
});

async function postList(body: string | Uint8Array, type: string, id = "p1"): Promise<ApiAnswer> {
  const answer = await callEdge({
    url: `${operator.apiUrl}/v1/authorities/${id}/crl`,
    serverCa: operator.serverCa,
    method: "POST",
    headers: { authorization: `Bearer ${operator.token}`, "content-type": type },
    body,
  });
  if (answer.kind === "refused") throw new Error(answer.reason);
  return { ...answer, body: JSON.parse(answer.body) };
}

const der = "application/pkix-crl";

test("a client of an unknown CA is refused in the handshake", async () => {
  expect(await admitted()).toEqual([]);
});

test("registering the partner's CA lets its clients in, and nobody else's", async () => {
  const { status, body } = await callApi(operator, {
    path: "/v1/authorities",
    body: { id: "p1", kind: "foreign", certificatePem: partner.certificatePem },
  });
  expect([status, body]).toEqual([
    201,
    expect.objectContaining({
      id: "p1",
      kind: "foreign",
      layout: "serials",
      issuer: "CN=Partner CA,O=Partner",
    }),
  ]);
  await until(() => isAdmitted(clients.get("04")));
  expect(await admitted()).toEqual(serials);
  expect(await isAdmitted(stranger)).toBe(false);
});

test("the trust bundle holds the partner's certificate", async () => {
  await until(async () => (await callApi(operator, { path: "/v1/trust-bundle" })).body["status"] === "live");
  const { status, body } = await callApi(operator, { path: "/v1/trust-bundle" });
  expect([status, body]).toMatchObject([
    200,
    { authorities: ["p1"], trustBundle: partner.certificatePem, live: { authorities: ["p1"], ocsp: false } },
  ]);
});

test("its list in PEM refuses those it names, and no one else", async () => {
  const list = await aList(revoking("00", "0080", `00${"ff".repeat(20)}`));
  const { status, body } = await postList(crlPem(list), "application/x-pem-file");
  expect([status, body]).toEqual([
    200,
    expect.objectContaining({
      authority: "p1",
      state: "applied",
      entries: 3,
      added: 3,
      removed: 0,
      unchanged: 0,
    }),
  ]);
  await until(async () => (await admitted()).length === 3);
  expect(await admitted()).toEqual(["04", "7f", `01${"00".repeat(19)}`]);
});

test("its next list in DER replaces the first: who is dropped gets in again", async () => {
  const { status, body } = await postList(await aList(revoking("0080", "04", `01${"00".repeat(19)}`)), der);
  expect([status, body]).toEqual([200, expect.objectContaining({ added: 2, removed: 2, unchanged: 1 })]);
  const expected = ["00", "7f", `00${"ff".repeat(20)}`];
  await until(async () => (await admitted()).join() === expected.join());
});

test("a report of a serial refuses it for good, whatever the next list says", async () => {
  const bus = new EventBridgeClient({
    endpoint: cloud.urls.eventBus,
    region,
    credentials: operatorCredentials,
  });
  await bus.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: busName,
          Source: "security.automation",
          DetailType: "Certificate Compromise Reported",
          Detail: JSON.stringify({ version: "1", certificate: { serial: "7F", authority: "p1" } }),
        },
      ],
    }),
  );
  await until(async () => !(await isAdmitted(clients.get("7f"))));
  const { body } = await postList(await aList(revoking()), der);
  expect(body).toMatchObject({ entries: 0, removed: 3 });
  await until(async () => (await admitted()).length === serials.length - 1);
  expect(await isAdmitted(clients.get("7f"))).toBe(false);
});

test.each([
  { name: "signed by another", parts: () => ({ signer: another }), code: "crl.signature_invalid" },
  { name: "of another issuer", parts: () => ({ ca: another }), code: "crl.issuer_mismatch" },
  { name: "older than the last", parts: () => ({ number: 1n }), code: "crl.not_newer" },
])("a list $name is refused with its finding, and nobody with it", async ({ parts, code }) => {
  const { status, body } = await postList(await aList({ ...revoking("00"), ...parts() }), der);
  expect([status, body]).toEqual([
    422,
    expect.objectContaining({ code: "crl.refused", errors: [expect.objectContaining({ code })] }),
  ]);
  expect(await isAdmitted(clients.get("00"))).toBe(true);
});

test("a list of another media type, for nobody, or too large is refused", async () => {
  const list = await aList({});
  expect((await postList(list, "application/octet-stream")).status).toBe(415);
  expect((await postList(list, der, "p9")).status).toBe(404);
  expect((await postList(new Uint8Array(4_194_305), der)).status).toBe(413);
});

test("the list of authorities says what the edge holds for each", async () => {
  const { status, body } = await callApi(operator, { path: "/v1/authorities" });
  expect([status, body]).toEqual([
    200,
    {
      authorities: [
        expect.objectContaining({
          id: "p1",
          kind: "foreign",
          layout: "serials",
          state: "active",
          revokedSerials: 1,
          crl: expect.objectContaining({ state: "applied", entries: 0 }),
        }),
      ],
    },
  ]);
});
