// Events that leave edgecert for somebody else's URL: signed, told apart, tried again, and never at another's expense.
import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ACMPCAClient, IssueCertificateCommand } from "@aws-sdk/client-acm-pca";
import { afterAll, beforeAll, expect, test } from "vitest";
import { operatorCredentials, region } from "#local/cloud/settings.ts";
import { callApi } from "#local/demo/api-client.ts";
import { makeKeyAndCsr } from "#local/demo/key-and-csr.ts";
import {
  enrolHolder,
  factoryAccess,
  registerAuthority,
  startTestCloud,
  type TestCloud,
  until,
} from "#support/local-cloud.ts";

type Received = { readonly headers: IncomingHttpHeaders; readonly body: string };
type Receiver = { readonly url: string; readonly received: Received[]; readonly server: Server };

/** Answers with what `answer` says of the nth request, from 1; "never" leaves the sender waiting. */
async function startReceiver(answer: (nth: number) => number | "never"): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    received.push({ headers: request.headers, body });
    const status = answer(received.length);
    if (status !== "never") response.writeHead(status, { location: "http://127.0.0.1:1/" }).end();
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // Of a TCP server, once it listens.
  return { url: `http://127.0.0.1:${port}/hook`, received, server };
}

/** As a receiver checks it, written from the specification and not from our code. */
function isSignedWith(secret: string, { headers, body }: Received): boolean {
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const expected = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
  return String(headers["webhook-signature"]).split(" ").includes(expected);
}

type Webhook = { readonly receiver: Receiver; readonly secret: string };

const issued = ["Certificate Issued"];
let cloud: TestCloud;
let good: Webhook;
let dead: Webhook;
let flaky: Webhook;
let rotating: Webhook;
let drift: Webhook;
beforeAll(async () => {
  cloud = await startTestCloud();
  // Before the first event: the relay looks at the list of webhooks every five seconds.
  good = await putWebhook("good", () => 204, issued);
  dead = await putWebhook("never-answers", () => "never", "all");
  flaky = await putWebhook("flaky", nth => (nth === 1 ? 302 : 200), issued);
  rotating = await putWebhook("rotating", () => 200, issued);
  drift = await putWebhook("drift", () => 200, ["CA Drift Detected"]);
  await registerAuthority(cloud);
}, 120_000);
afterAll(async () => {
  await cloud?.stop();
  for (const { receiver } of [good, dead, flaky, rotating, drift]) {
    receiver.server.closeAllConnections();
    receiver.server.close();
  }
});

async function call(method: string, path: string, body?: unknown) {
  return callApi(await cloud.operator(), { method, path, body });
}

async function putWebhook(
  id: string,
  answer: (nth: number) => number | "never",
  events: "all" | readonly string[],
): Promise<Webhook> {
  const receiver = await startReceiver(answer);
  const { status, body } = await call("PUT", `/v1/webhooks/${id}`, { url: receiver.url, events });
  expect(status).toBe(201);
  return { receiver, secret: String(body["secret"]) };
}

/** What a receiver got about one certificate. */
function receivedOf({ receiver }: Webhook, certificate: string): readonly Received[] {
  return receiver.received.filter(({ body }) => JSON.parse(body).data.certificate === certificate);
}

async function enrolled(holder: string): Promise<string> {
  const { certificate } = await enrolHolder(await cloud.operator(), holder, { tenant: "acme" });
  return certificate.id;
}

test("a receiver gets the events that it asked for, signed with its secret, while another never answers", async () => {
  const certificate = await enrolled("device-1");
  await until(() => receivedOf(good, certificate).length > 0);
  const [first] = receivedOf(good, certificate);
  if (first === undefined) throw new Error("it was received");
  expect(JSON.parse(first.body)).toMatchObject({ type: "Certificate Issued", data: { tenant: "acme" } });
  expect(isSignedWith(good.secret, first)).toBe(true);
  expect(isSignedWith(dead.secret, first)).toBe(false);
  expect(Math.abs(Date.now() / 1_000 - Number(first.headers["webhook-timestamp"]))).toBeLessThan(30);
  await until(async () => {
    const { body } = await call("GET", "/v1/webhooks/never-answers");
    return body["lastFailure"] === "it did not answer within 5 s";
  });
  expect((await call("GET", "/v1/webhooks/good")).body).toMatchObject({
    failuresInARow: 0,
    lastSuccessAt: expect.any(String),
    deadLetters: [],
  });
});

test("what a receiver redirects instead of taking comes again, as the same message", async () => {
  await until(() => flaky.receiver.received.length >= 2, 30_000);
  const [first] = flaky.receiver.received;
  const again = flaky.receiver.received.filter(
    ({ headers }) => headers["webhook-id"] === first?.headers["webhook-id"],
  );
  expect(again).toHaveLength(2);
  expect(again[1]?.body).toBe(first?.body);
  await until(async () => (await call("GET", "/v1/webhooks/flaky")).body["failuresInARow"] === 0);
  expect((await call("GET", "/v1/webhooks/flaky")).body["lastFailure"]).toBe("it answered 302");
});

test("while a secret ends, both sign; a removed webhook gets nothing more; all of it is in the audit", async () => {
  const rotated = await call("POST", "/v1/webhooks/rotating/rotate-secret", {});
  expect(rotated.status).toBe(200);
  const certificate = await enrolled("device-2");
  await until(() => receivedOf(rotating, certificate).length === 1);
  const [first] = receivedOf(rotating, certificate);
  if (first === undefined) throw new Error("it was received");
  expect(isSignedWith(rotating.secret, first)).toBe(true);
  expect(isSignedWith(String(rotated.body["secret"]), first)).toBe(true);

  const replacement = { url: rotating.receiver.url, events: "all", version: 1 };
  const stale = await call("PUT", "/v1/webhooks/rotating", replacement);
  expect([stale.status, stale.body["code"]]).toEqual([409, "resource.changed"]);
  expect((await call("DELETE", "/v1/webhooks/rotating")).status).toBe(200);
  expect((await call("GET", "/v1/webhooks/rotating")).status).toBe(404);
  const { body } = await call("GET", "/v1/audit?subject=webhook:rotating");
  expect((body["records"] as { action: string }[]).map(({ action }) => action)).toEqual([
    "webhook.removed",
    "webhook.secret_rotated",
    "webhook.recorded",
  ]);
  const later = await enrolled("device-3");
  await until(() => receivedOf(good, later).length > 0);
  expect(receivedOf(rotating, later)).toEqual([]);
});

test("what the CA issued behind our back is refused and revoked; a webhook is told, and operators are shown", async () => {
  const pca = new ACMPCAClient({ endpoint: cloud.urls.pca, region, credentials: operatorCredentials });
  const { csr } = await makeKeyAndCsr("outsider");
  const { CertificateArn = "" } = await pca.send(
    new IssueCertificateCommand({
      CertificateAuthorityArn: cloud.hierarchy.issuing.arn,
      Csr: new TextEncoder().encode(csr),
      SigningAlgorithm: "SHA256WITHECDSA",
      TemplateArn: "arn:aws:acm-pca:::template/EndEntityClientAuthCertificate/V1",
      Validity: { Type: "DAYS", Value: 30 },
    }),
  );
  pca.destroy();
  // Until it can be nobody's who is still recording it.
  cloud.advance(11 * 60_000);
  const run = await cloud.compute.lambda.invoke("reconcile-ca", {});
  expect(JSON.parse(run.payload)).toMatchObject([{ kind: "judged", orphans: [expect.any(String)] }]);
  const { status, body } = await call("GET", "/v1/authorities/m1/reconciliation");
  expect(status).toBe(200);
  expect(body["findings"]).toMatchObject([
    {
      cause: "unknown_certificate",
      certificateArn: CertificateArn,
      state: "settled",
      proposal: { action: "none" },
    },
  ]);
  const drifts = () =>
    drift.receiver.received
      .map(({ body: text }) => JSON.parse(text))
      .filter(({ type }) => type === "CA Drift Detected");
  await until(() => drifts().length > 0);
  expect(drifts()).toMatchObject([{ data: { authority: "m1", cause: "unknown_certificate", count: 1 } }]);
});

test("what is not a public address over https is refused, and so is whoever lacks the right", async () => {
  const refused = [
    "http://example.com/",
    "https://10.0.0.7/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::ffff:127.0.0.1]/",
    "https://localhost/",
    "https://user:password@example.com/",
  ];
  for (const url of refused) {
    const { status, body } = await call("PUT", "/v1/webhooks/inside", { url, events: "all" });
    expect([url, status, body["code"]]).toEqual([url, 400, "request.malformed"]);
    expect(body["errors"]).toMatchObject([{ code: "webhook.receiver", pointer: "/url" }]);
  }
  const factory = await factoryAccess(cloud);
  const reader = { ...cloud.access, token: await cloud.operatorToken(["certificates:read"]) };
  for (const access of [factory, reader]) {
    const answer = await callApi(access, {
      method: "PUT",
      path: "/v1/webhooks/inside",
      body: { url: "http://127.0.0.1:1/", events: "all" },
    });
    expect(answer.status).toBe(403);
  }
  expect((await call("GET", "/v1/webhooks/inside")).status).toBe(404);
});
