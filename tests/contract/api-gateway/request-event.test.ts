// HTTP to payload format 2.0, over a real connection.
import { connect } from "node:tls";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { aGateway, anIdentity, call, type Event, type TestGateway } from "./gateway-fixture.ts";

const now = new Date("2026-03-12T19:03:58.390Z");
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await aGateway({
    clock: { now: () => new Date(Date.now() + shift) },
    routes: [
      { routeKey: "$default", functionName: "fallback" },
      { routeKey: "GET /v1/certificates/{id}", functionName: "get" },
      { routeKey: "ANY /files/{proxy+}", functionName: "files" },
    ],
  });
});
afterAll(() => gateway.server.stop());

let shift = 0;
beforeEach(() => {
  gateway.events.splice(0);
  shift = 0;
});

async function eventOf(path: string, options: Parameters<typeof call>[2] = {}): Promise<Event> {
  expect((await call(gateway, path, options)).status).toBe(200);
  return gateway.events.at(-1)?.event;
}

it("builds the whole event of a request", async () => {
  const identity = await anIdentity(gateway.truststore, { notBefore: new Date("2026-01-01T00:00:00Z") });
  shift = now.getTime() - Date.now();
  const event = await eventOf("/v1/certificates/abc?b=2&a=1&a=%20x", {
    identity,
    headers: {
      "X-Custom": ["one", "two"],
      Cookie: "s=1; t=2",
      "User-Agent": "curl/8",
      Host: "api.localhost",
    },
  });
  expect(gateway.events.at(-1)?.functionName).toBe("get");
  expect(event).toEqual({
    version: "2.0",
    routeKey: "GET /v1/certificates/{id}",
    rawPath: "/v1/certificates/abc",
    rawQueryString: "b=2&a=1&a=%20x",
    cookies: ["s=1", "t=2"],
    headers: {
      "content-length": "0",
      host: "api.localhost",
      "user-agent": "curl/8",
      "x-custom": "one,two",
      "x-amzn-trace-id": expect.stringMatching(/^Root=1-/),
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-port": String(gateway.server.port),
      "x-forwarded-proto": "https",
    },
    queryStringParameters: { a: "1, x", b: "2" },
    pathParameters: { id: "abc" },
    requestContext: {
      accountId: "111122223333",
      apiId: "localapi01",
      authentication: { clientCert: expect.objectContaining({ subjectDN: "CN=origin" }) },
      domainName: "api.localhost",
      domainPrefix: "api",
      http: {
        method: "GET",
        path: "/v1/certificates/abc",
        protocol: "HTTP/1.1",
        sourceIp: "127.0.0.1",
        userAgent: "curl/8",
      },
      requestId: expect.any(String),
      routeKey: "GET /v1/certificates/{id}",
      stage: "$default",
      time: "12/Mar/2026:19:03:58 +0000",
      timeEpoch: expect.any(Number),
    },
    isBase64Encoded: false,
  });
  expect(Math.abs(event.requestContext.timeEpoch - now.getTime())).toBeLessThan(900);
});

it("binds the rest of a path, slashes included, to a greedy parameter", async () => {
  const event = await eventOf("/files/a/b%20c", { method: "PUT" });
  expect(event).toMatchObject({
    routeKey: "ANY /files/{proxy+}",
    rawPath: "/files/a/b c",
    pathParameters: { proxy: "a/b c" },
  });
});

it("decodes the path before it routes, as HTTP APIs do", async () => {
  expect(await eventOf("/v1/certificates/a%3Ab")).toMatchObject({
    pathParameters: { id: "a:b" },
    rawPath: "/v1/certificates/a:b",
  });
  expect(await eventOf("/v1/certificates/a%2Fb")).toMatchObject({
    routeKey: "$default",
    rawPath: "/v1/certificates/a/b",
  });
});

it("answers 400 to a path whose encoding is malformed", async () => {
  expect((await call(gateway, "/v1/certificates/%E0%A4%A")).status).toBe(400);
  expect(gateway.events).toEqual([]);
});

it.each([
  ["application/json", '{"a":1}', '{"a":1}', false],
  ["application/json; charset=utf-8", '{"a":"ä"}', '{"a":"ä"}', false],
  ["text/plain", "x", "x", false],
  ["application/cloudevents+json", "{}", "{}", false],
  ["application/pkcs10", "x", "eA==", true],
  ["application/x-www-form-urlencoded", "a=1", "YT0x", true],
  ["application/x-ndjson", "{}", "e30=", true],
])("passes a body of type %s as it is or in base64", async (type, body, seen, isBase64Encoded) => {
  const event = await eventOf("/x", { method: "POST", headers: { "content-type": type }, body });
  expect(event).toMatchObject({ body: seen, isBase64Encoded });
});

it("passes bytes unchanged through base64", async () => {
  const body = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  const event = await eventOf("/x", {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body,
  });
  expect(Buffer.from(event.body, "base64").equals(body)).toBe(true);
});

it("has no body member for a request without a body", async () => {
  expect(Object.keys(await eventOf("/x"))).not.toContain("body");
});

it("passes identity headers of the client unchanged: believing them is the application's decision (threat H1)", async () => {
  const headers = {
    "CloudFront-Viewer-Cert-Serial-Number": "01",
    "x-amzn-mtls-clientcert": "forged",
    "X-Forwarded-For": "10.0.0.1",
    "X-Forwarded-Proto": "http",
  };
  expect((await eventOf("/x", { headers })).headers).toMatchObject({
    "cloudfront-viewer-cert-serial-number": "01",
    "x-amzn-mtls-clientcert": "forged",
    "x-forwarded-for": "10.0.0.1, 127.0.0.1",
    "x-forwarded-proto": "https",
  });
});

it("takes the client certificate from the connection, whatever the request says", async () => {
  const event = await eventOf("/x", { headers: { "ssl-client-cert": "forged", "x-client-cert": "forged" } });
  expect(event.requestContext.authentication.clientCert.subjectDN).toBe("CN=origin");
});

it("joins headers that the client sent twice in different case, and keeps __proto__ a plain header", async () => {
  const { key, certificate } = gateway.client;
  const socket = connect({
    port: gateway.server.port,
    host: "127.0.0.1",
    ca: gateway.serverCa,
    key,
    cert: certificate,
  });
  socket.write(
    "GET /x HTTP/1.1\r\nHost: h\r\nX-Twice: a\r\nx-twice: b\r\n__proto__: p\r\nConnection: close\r\n\r\n",
  );
  await new Promise(resolve => socket.resume().on("close", resolve));
  const { headers } = gateway.events.at(-1)?.event ?? {};
  expect(headers["x-twice"]).toBe("a,b");
  expect(Object.hasOwn(headers, "__proto__")).toBe(true);
  expect(Object.keys(headers)).not.toContain("connection");
});
