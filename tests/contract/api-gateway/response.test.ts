// What the client gets: explicit and inferred responses, function errors, limits and time-outs.

import { afterAll, beforeAll, expect, it } from "vitest";
import type { Invoke } from "#local/lambda/function-definition.ts";
import { AwsError } from "#local/wire/aws-json.ts";
import { faultInjector } from "#local/wire/faults.ts";
import { aGateway, call, invoked, type TestGateway } from "./gateway-fixture.ts";

const faults = faultInjector();
let gateway: TestGateway;
let next: Invoke = async () => invoked({});

beforeAll(async () => {
  gateway = await aGateway({
    routes: [
      { routeKey: "POST /x", functionName: "fn" },
      { routeKey: "HEAD /x", functionName: "fn" },
    ],
    answer: (name, event) => next(name, event),
    integrationTimeoutMs: 200,
    faults,
  });
});
afterAll(() => gateway.server.stop());

async function respond(value: unknown, method = "POST") {
  next = async () => invoked(value);
  return call(gateway, "/x", { method });
}

it("sends an explicit response: status, headers, cookies, body", async () => {
  const answer = await respond({
    statusCode: 201,
    headers: { Location: "/v1/certificates/1", "X-Number": 5, "Content-Type": "application/problem+json" },
    cookies: ["a=1; Secure", "b=2"],
    body: "{}",
  });
  expect(answer).toMatchObject({
    status: 201,
    body: "{}",
    headers: {
      location: "/v1/certificates/1",
      "x-number": "5",
      "content-type": "application/problem+json",
      "set-cookie": ["a=1; Secure", "b=2"],
      "content-length": "2",
      "apigw-requestid": expect.any(String),
    },
  });
});

it("decodes a base64 body", async () => {
  expect((await respond({ statusCode: 200, body: "aGk=", isBase64Encoded: true })).body).toBe("hi");
});

it("ignores the connection headers of a function", async () => {
  const answer = await respond({
    statusCode: 200,
    headers: { "Content-Length": "99", "Transfer-Encoding": "chunked" },
    body: "ok",
  });
  expect(answer).toMatchObject({ status: 200, body: "ok", headers: { "content-length": "2" } });
});

it.each([
  [{ ok: true }, '{"ok":true}'],
  ["Hello", "Hello"],
  [[1], "[1]"],
])("infers a JSON response from %o", async (value, body) => {
  expect(await respond(value)).toMatchObject({
    status: 200,
    body,
    headers: { "content-type": "application/json" },
  });
});

it("calls an explicit response without a type plain text", async () => {
  expect((await respond({ statusCode: 200, body: "x" })).headers["content-type"]).toBe(
    "text/plain; charset=utf-8",
  );
});

it("sends no body to a HEAD request and no length with 204", async () => {
  expect(await respond({ statusCode: 200, body: "abc" }, "HEAD")).toMatchObject({
    body: "",
    headers: { "content-length": "3" },
  });
  expect((await respond({ statusCode: 204 })).headers["content-length"]).toBeUndefined();
});

it.each([
  ["a status that is none", { statusCode: "abc" }],
  ["a status out of range", { statusCode: 1000 }],
  ["a body that is an object", { statusCode: 200, body: {} }],
  ["headers that are text", { statusCode: 200, headers: "x" }],
  ["a header that HTTP cannot carry", { statusCode: 200, headers: { "bad name": "x" } }],
  ["a header value with a line break", { statusCode: 200, headers: { a: "x\r\ny: z" } }],
])("answers 500 to a response with %s", async (_, value) => {
  expect(await respond(value)).toMatchObject({ status: 500, body: '{"message":"Internal Server Error"}' });
});

it("answers 500 to a function error and shows nothing of it", async () => {
  next = async () => ({ ...invoked({ errorMessage: "secret" }), functionError: "Unhandled" });
  expect(await call(gateway, "/x", { method: "POST" })).toMatchObject({
    status: 500,
    body: '{"message":"Internal Server Error"}',
  });
});

it.each([
  [new AwsError("TooManyRequestsException", "Rate Exceeded.", 429), 503],
  [new AwsError("RequestTooLargeException", "too large", 413), 413],
  [new Error("broken"), 500],
])("answers a failed invocation: %s", async (error, status) => {
  next = async () => {
    throw error;
  };
  expect((await call(gateway, "/x", { method: "POST" })).status).toBe(status);
});

it("answers 503 when the function is slower than the integration timeout", async () => {
  next = () => new Promise(() => {});
  expect(await call(gateway, "/x", { method: "POST" })).toMatchObject({
    status: 503,
    body: '{"message":"Service Unavailable"}',
  });
});

it("refuses to wait longer for a function than API Gateway does", async () => {
  await expect(aGateway({ integrationTimeoutMs: 30_001 })).rejects.toThrow("30000");
});

it("answers 404 where no route matches", async () => {
  expect(await call(gateway, "/y")).toMatchObject({ status: 404, body: '{"message":"Not Found"}' });
});

it("takes 10,240 bytes of request line and headers and answers 431 to one more", async () => {
  next = async () => invoked({});
  const fixed = "POST /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 0\r\nX-Pad: \r\n".length;
  const send = (bytes: number) => {
    const headers = {
      Host: "h",
      Connection: "close",
      "Content-Length": "0",
      "X-Pad": "p".repeat(bytes - fixed),
    };
    return call(gateway, "/x", { method: "POST", headers });
  };
  expect((await send(10_240)).status).toBe(200);
  expect((await send(10_241)).status).toBe(431);
});

it("takes 10 MB of body and answers 413 to one byte more", async () => {
  next = async () => invoked({});
  const send = (bytes: number) =>
    call(gateway, "/x", {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body: Buffer.alloc(bytes, "x"),
    });
  expect((await send(10_485_760)).status).toBe(200);
  expect((await send(10_485_761)).status).toBe(413);
});

it("breaks the connection as the test asked, before or after the function ran", async () => {
  next = async () => invoked({});
  const before = gateway.events.length;
  faults.next("POST /x", { kind: "lost-request" });
  await expect(call(gateway, "/x", { method: "POST" })).rejects.toThrow();
  expect(gateway.events).toHaveLength(before);
  faults.next("POST /x", { kind: "lost-reply" });
  await expect(call(gateway, "/x", { method: "POST" })).rejects.toThrow();
  expect(gateway.events).toHaveLength(before + 1);
});

it("keeps an idle connection for longer than the edge does, so that no POST meets one that is being closed", async () => {
  next = async () => invoked({});
  const { headers } = await call(gateway, "/x", { method: "POST", headers: { connection: "keep-alive" } });
  expect(headers["keep-alive"]).toBe("timeout=75");
});
