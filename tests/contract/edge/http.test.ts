import { createServer } from "node:http";
import { Agent } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DistributionConfig } from "#local/edge/distribution-config.ts";
import { listenOnLoopback } from "#local/wire/listen.ts";
import { makeAuthority, makeClient, sha256 } from "./test-authority.ts";
import {
  get,
  getHttp2,
  replicaOf,
  type Seen,
  type Stage,
  seen,
  startStage,
  valuesOf,
  viewerTls,
} from "./test-edge.ts";

const root = makeAuthority("root");
const intermediate = makeAuthority("intermediate", { issuer: root });
const client = makeClient(root, { serialHex: "009e2aaf" });

describe("a request to the origin", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage([root]);
  });
  afterAll(() => stage.stop());

  it("carries the viewer's certificate in the documented headers", async () => {
    const request = await seen(get(stage.edge, viewerTls(client), { path: "/a?b=%20c" }));
    expect(request).toMatchObject({ method: "GET", url: "/a?b=%20c", clientSubject: "CN=edge" });
    const expected = {
      "CloudFront-Viewer-Cert-Present": "1",
      "CloudFront-Viewer-Cert-Serial-Number": "00:9e:2a:af",
      "CloudFront-Viewer-Cert-Issuer": "CN=root,O=Edgecert Test,C=US",
      "CloudFront-Viewer-Cert-Subject": "CN=device-1,OU=ec-1a2f3,O=Edgecert Test,C=US",
      "CloudFront-Viewer-Cert-Sha256": sha256(client.der),
      "CloudFront-Viewer-Cert-Validity": "NotBefore=2026-01-01T00:00:00Z;NotAfter=2036-01-01T00:00:00Z",
      "CloudFront-Viewer-Cert-Pem": encodeURIComponent(client.pem),
    };
    for (const [name, value] of Object.entries(expected))
      expect([name, valuesOf(request, name)]).toEqual([name, [value]]);
    expect(valuesOf(request, "X-Forwarded-For")).toEqual(["127.0.0.1"]);
    expect(valuesOf(request, "Via")[0]).toMatch(/^1\.1 .*\(CloudFront\)$/);
    expect(valuesOf(request, "CloudFront-Viewer-Address")[0]).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(valuesOf(request, "Client-Cert")).toEqual([]);
  });

  const forged = [
    "CloudFront-Viewer-Cert-Subject",
    "cloudfront-viewer-cert-serial-number",
    "CloudFront_Viewer_Cert_Subject",
    "CLOUDFRONT.VIEWER.CERT.PEM",
    "Client-Cert",
    "client_cert",
    "Client-Cert-Chain",
    "CloudFront-Viewer-Address",
  ];
  it.each(forged)("never carries a viewer's own %s", async name => {
    const overHttp1 = await seen(
      get(stage.edge, viewerTls(client), { headers: { [name]: "forged", "X-Kept": "1" } }),
    );
    expect(overHttp1.rawHeaders).not.toContain("forged");
    expect(valuesOf(overHttp1, "X-Kept")).toEqual(["1"]);
    const { body } = await getHttp2(stage.edge, viewerTls(client), {
      ":path": "/",
      [name.toLowerCase()]: "forged",
    });
    expect(body).not.toContain("forged");
  });

  it("carries no hop-by-hop field, nor one that Connection names, in either direction", async () => {
    const headers = {
      Connection: "X-Secret-Hop, keep-alive",
      "X-Secret-Hop": "1",
      TE: "trailers",
      Upgrade: "h2c",
    };
    const answer = await get(stage.edge, viewerTls(client), { headers });
    const request = JSON.parse(answer.body) as Seen; // The test origin's own answer.
    for (const name of ["X-Secret-Hop", "TE", "Upgrade"]) expect(valuesOf(request, name)).toEqual([]);
    expect(answer.headers).not.toHaveProperty("x-hop");
  });

  it("streams a body with a length and one in chunks, over HTTP/1.1 and HTTP/2", async () => {
    const body = "x".repeat(300_000);
    const sized = await seen(
      get(stage.edge, viewerTls(client), {
        method: "POST",
        body,
        headers: { "content-length": body.length },
      }),
    );
    const chunked = await seen(
      get(stage.edge, viewerTls(client), {
        method: "POST",
        body,
        headers: { "transfer-encoding": "chunked" },
      }),
    );
    const http2 = await getHttp2(stage.edge, viewerTls(client), { ":method": "POST", ":path": "/" }, body);
    expect([sized.body.length, chunked.body.length, (JSON.parse(http2.body) as Seen).body.length]).toEqual([
      300_000, 300_000, 300_000,
    ]);
  });

  it("refuses a GET with a body, whose octets an origin might read as a second request", async () => {
    const smuggled = "GET /admin HTTP/1.1\r\nHost: x\r\n\r\n";
    const answer = await get(stage.edge, viewerTls(client), {
      body: smuggled,
      headers: { "transfer-encoding": "chunked" },
    });
    expect(answer.status).toBe(403);
  });

  it("reuses the viewer's connection and the origin's, over HTTP/1.1 and HTTP/2", async () => {
    const before = stage.edge.connectionLog.entries().length;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = [];
    for (const path of ["/1", "/2", "/3"])
      ports.push((await seen(get(stage.edge, viewerTls(client), { agent, path }))).clientPort);
    agent.destroy();
    expect(new Set(ports).size).toBe(1);
    expect(stage.edge.connectionLog.entries().length - before).toBe(1);
  });

  it("accepts a URL of 8,192 bytes and refuses one more", async () => {
    const path = `/${"a".repeat(8191)}`;
    expect((await get(stage.edge, viewerTls(client), { path })).status).toBe(200);
    expect((await get(stage.edge, viewerTls(client), { path: `${path}a` })).status).toBe(414);
  });

  it("accepts a request head of under 32,768 bytes and refuses one of over it", async () => {
    const withHeader = (length: number) =>
      get(stage.edge, viewerTls(client), { headers: { "x-long": "a".repeat(length) } });
    expect((await withHeader(32_000)).status).toBe(200);
    expect((await withHeader(33_000)).status).toBe(494);
  });

  it("refuses an absolute URL and an unknown method", async () => {
    expect((await get(stage.edge, viewerTls(client), { path: "http://elsewhere/" })).status).toBe(400);
    expect((await get(stage.edge, viewerTls(client), { method: "TRACE" })).status).toBe(403);
  });
});

describe("headers by mode and policy", () => {
  async function headersIn(
    distribution: Partial<DistributionConfig>,
    tls: ReturnType<typeof viewerTls>,
  ): Promise<Seen> {
    const stage = await startStage([root], distribution);
    const request = await seen(get(stage.edge, tls, { headers: { "X-Internal-Role": "admin" } }));
    await stage.stop();
    return request;
  }

  it("says Present: 0 and nothing else without a certificate", async () => {
    const request = await headersIn({ mode: "optional" }, viewerTls(undefined));
    expect(valuesOf(request, "CloudFront-Viewer-Cert-Present")).toEqual(["0"]);
    expect(request.rawHeaders.filter(name => /viewer-cert/i.test(name))).toHaveLength(1);
  });

  it("sends RFC 9440's headers instead of Pem in passthrough mode", async () => {
    const leaf = makeClient(intermediate);
    const request = await headersIn({ mode: "passthrough" }, viewerTls(leaf, [intermediate, root]));
    expect(valuesOf(request, "Client-Cert")).toEqual([`:${leaf.der.toString("base64")}:`]);
    const chain = [intermediate, root].map(({ der }) => `:${der.toString("base64")}:`).join(", ");
    expect(valuesOf(request, "Client-Cert-Chain")).toEqual([chain]);
    expect(valuesOf(request, "CloudFront-Viewer-Cert-Pem")).toEqual([]);
    const alone = await headersIn({ mode: "passthrough" }, viewerTls(leaf));
    expect(valuesOf(alone, "Client-Cert-Chain")).toEqual([]);
  });

  it("forwards only what the origin request policy allows", async () => {
    const request = await headersIn({ forwardHeaders: ["CloudFront-Viewer-Cert-Sha256"] }, viewerTls(client));
    expect(request.rawHeaders.filter(name => /viewer-cert/i.test(name))).toEqual([
      "CloudFront-Viewer-Cert-Sha256",
    ]);
  });
});

describe("a viewer-request function", () => {
  const withFunction = (code: string) =>
    startStage(
      [root],
      { viewerRequestFunction: { name: "viewer", code } },
      { replica: replicaOf({ "00:9e:2a:af": "revoked" }) },
    );

  it("sees the certificate but neither Pem nor Validity, and can rewrite the request", async () => {
    const stage = await withFunction(`function handler(event) {
  const request = event.request;
  request.uri = '/rewritten';
  request.headers['x-seen'] = { value: Object.keys(request.headers).filter(function (n) { return n.startsWith('cloudfront'); }).sort().join() };
  request.headers['cloudfront-viewer-cert-subject'] = { value: 'CN=forged' };
  request.querystring.added = { value: '1' };
  return request;
}`);
    const request = await seen(
      get(stage.edge, viewerTls(client), { path: "/original?a=1&a=2", headers: { cookie: "k=v; l=w" } }),
    );
    expect(request.url).toBe("/rewritten?a=1&a=2&added=1");
    expect(valuesOf(request, "x-seen")).toEqual([
      ["issuer", "present", "serial-number", "sha256", "subject"]
        .map(part => `cloudfront-viewer-cert-${part}`)
        .join(),
    ]);
    expect(valuesOf(request, "CloudFront-Viewer-Cert-Subject")).toEqual([
      "CN=device-1,OU=ec-1a2f3,O=Edgecert Test,C=US",
    ]);
    expect(valuesOf(request, "Cookie")).toEqual(["k=v; l=w"]);
    await stage.stop();
  });

  it("sees a Host over HTTP/2 too", async () => {
    const stage = await withFunction(
      "function handler(event) { return { statusCode: 200, body: event.request.headers.host.value }; }",
    );
    const answer = await getHttp2(stage.edge, viewerTls(client), { ":path": "/" });
    expect(answer.body).toBe(`localhost:${stage.edge.port}`);
    await stage.stop();
  });

  it("cuts an open connection off at the next request", async () => {
    const stage = await withFunction("function handler(event) { return event.request; }");
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await get(stage.edge, viewerTls(client), { agent })).status).toBe(200);
    stage.edge.updateViewerRequestFunction({
      name: "viewer",
      code: `import cf from 'cloudfront';
async function handler(event) {
  const revoked = await cf.kvs().exists(event.request.headers['cloudfront-viewer-cert-serial-number'].value);
  return revoked ? { statusCode: 403, statusDescription: 'Forbidden', headers: { 'x-why': { value: 'revoked' } }, body: 'no' } : event.request;
}`,
    });
    const answer = await get(stage.edge, viewerTls(client), { agent });
    expect(answer).toMatchObject({ status: 403, body: "no", headers: { "x-why": "revoked" } });
    expect(stage.edge.connectionLog.entries()).toHaveLength(1);
    const good = await get(stage.edge, viewerTls(makeClient(root)));
    expect(good.status).toBe(200);
    agent.destroy();
    await stage.stop();
  });

  it.each([
    { name: "throws", body: "throw new Error('x');", status: 503 },
    { name: "returns nothing", body: "", status: 502 },
    {
      name: "returns a header with a line break",
      body: "event.request.headers.x = { value: 'a\\r\\nb: c' }; return event.request;",
      status: 502,
    },
    {
      name: "returns a path with a blank",
      body: "event.request.uri = '/a b'; return event.request;",
      status: 502,
    },
  ])("that $name ends the request with $status, and no origin sees it", async ({ body, status }) => {
    const stage = await withFunction(`function handler(event) { ${body} }`);
    expect((await get(stage.edge, viewerTls(client))).status).toBe(status);
    await stage.stop();
  });
});

describe("an origin that fails", () => {
  const failing = { mode: "required", ca: undefined } as const;

  it("gives 502 when nothing listens there, and when its certificate is not trusted", async () => {
    const stage = await startStage([root], { mode: failing.mode, origin: { url: "http://127.0.0.1:1" } });
    const answer = await get(stage.edge, viewerTls(client));
    expect(answer).toMatchObject({ status: 502, headers: { "x-cache": "Error from cloudfront" } });
    expect(answer.body).toContain("The request could not be satisfied.");
    const untrusted = await startStage([root], { origin: { url: stage.origin.url } });
    expect((await get(untrusted.edge, viewerTls(client))).status).toBe(502);
    await Promise.all([stage.stop(), untrusted.stop()]);
  });

  it("gives 504 when it does not answer in time", async () => {
    const silent = await listenOnLoopback(
      createServer(() => {}),
      { name: "silent", port: 0 },
    );
    const stage = await startStage([root], { origin: { url: silent.url, responseTimeoutSeconds: 0.2 } });
    expect((await get(stage.edge, viewerTls(client))).status).toBe(504);
    await Promise.all([stage.stop(), silent.stop()]);
  });
});
