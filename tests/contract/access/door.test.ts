// The door before a plain HTTP service: what a role may not do is answered there and never arrives, and everything else
// arrives as it was sent, however the bytes are cut.
import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startDoor } from "#local/access/door.ts";
import { listenOnLoopback, type RunningServer } from "#local/wire/listen.ts";

let service: RunningServer;
let door: RunningServer;
const arrived: string[] = [];

beforeAll(async () => {
  const http = createServer((request, response) => {
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
    });
    request.on("end", () => {
      arrived.push(`${request.method} ${request.url} ${size}`);
      response.end(`took ${size}`);
    });
  });
  service = await listenOnLoopback(http, { name: "service", port: 0 });
  door = await startDoor({
    name: "door",
    port: 0,
    serviceUrl: service.url,
    refuse: (accessKeyId, { method, url }, body) =>
      url.startsWith("/closed") || body.includes("closed")
        ? { status: 403, contentType: "text/plain", body: `${accessKeyId} may not ${method}` }
        : undefined,
  });
});
afterAll(async () => {
  await door.stop();
  await service.stop();
});

const functionKey = "getedge";
const signedBy = (key: string) =>
  `authorization: AWS4-HMAC-SHA256 Credential=${key}/20260101/us-east-1/x/aws4_request, Signature=0`;

function request(key: string, url: string, body: string, ...headers: readonly string[]): string {
  const head = [
    `POST ${url} HTTP/1.1`,
    "host: x",
    signedBy(key),
    `content-length: ${body.length}`,
    ...headers,
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}
const target = "x-amz-target: Service.Operation";

/** Sends the pieces one after the other and answers what has come back once `expected` is in it. */
async function exchange(pieces: readonly string[], expected: string): Promise<string> {
  const socket: Socket = connect({ port: door.port, host: "127.0.0.1", noDelay: true });
  let text = "";
  try {
    for (const piece of pieces) {
      await new Promise(resolve => socket.write(piece, resolve));
      // A turn of the loop, so that the pieces are not sent as one.
      await new Promise(resolve => setImmediate(resolve));
    }
    while (!text.includes(expected)) text += String((await once(socket, "data"))[0]);
    return text;
  } finally {
    socket.destroy();
  }
}

it("lets in what is allowed, cut into pieces at any place", async () => {
  const whole = request(functionKey, "/open", "0123456789", target);
  for (const at of [1, 20, whole.indexOf("\r\n\r\n") + 2, whole.length - 5]) {
    arrived.length = 0;
    expect(await exchange([whole.slice(0, at), whole.slice(at)], "took 10")).toContain("200 OK");
    expect(arrived).toEqual(["POST /open 10"]);
  }
});

it("refuses by the body of a request that names its operation, and the service hears nothing of it", async () => {
  arrived.length = 0;
  const answer = await exchange([request(functionKey, "/open", "a closed thing", target)], "may not");
  expect(answer).toContain("HTTP/1.1 403 Forbidden");
  expect(answer).toContain(`${functionKey} may not POST`);
  expect(arrived).toEqual([]);
});

it("goes on with the next request of a connection after it has refused one with its body", async () => {
  arrived.length = 0;
  const refused = request(functionKey, "/closed/object", "x".repeat(200_000));
  const answer = await exchange([refused + request(functionKey, "/open", "abc", target)], "took 3");
  expect(answer).toMatch(/403 Forbidden[\s\S]*200 OK/);
  expect(arrived).toEqual(["POST /open 3"]);
});

it("passes on a body that names no operation as it comes, longer than any it would read", async () => {
  arrived.length = 0;
  const size = 20 * 1024 * 1024;
  expect(await exchange([request(functionKey, "/open", "x".repeat(size))], `took ${size}`)).toContain("200");
});

it("closes the connection on a request that it would have to read and cannot", async () => {
  const tooLong = request(functionKey, "/open", "", target).replace(
    "content-length: 0",
    "content-length: 20000000",
  );
  const chunked = request(functionKey, "/open", "", target, "transfer-encoding: chunked");
  for (const text of [tooLong, chunked, "no request at all\r\n\r\n"]) {
    const socket = connect({ port: door.port, host: "127.0.0.1" });
    socket.write(text);
    await once(socket, "close");
  }
  expect(arrived.filter(line => line.includes("20000000"))).toEqual([]);
});

it("asks nobody about callers who are no function", async () => {
  expect(await exchange([request("operator", "/closed", "closed", target)], "took 6")).toContain("200 OK");
});
