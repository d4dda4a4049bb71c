// The request itself, against real sockets: where it goes, and what it takes for an answer.
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postToReceiver } from "#functions/webhook/post-to-receiver.ts";

const answers: Readonly<Record<string, (response: ServerResponse, base: string) => void>> = {
  "/ok": response => response.writeHead(204).end(),
  "/endless": response => {
    response.writeHead(200);
    response.write("x".repeat(65_536));
  },
  "/redirect": (response, base) => response.writeHead(307, { location: `${base}/ok` }).end(),
  "/error": response => response.writeHead(500).end("a secret of the receiver's"),
  "/reset": response => response.destroy(),
};

let server: Server;
let base: string;
const seen: string[] = [];
beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.push(`${request.method} ${request.url} ${request.headers["webhook-id"]} ${body}`);
    answers[request.url ?? ""]?.(response, base);
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // Of a TCP server, once it listens.
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const post = (url: string, insecureHosts: readonly string[] = ["127.0.0.1"]) =>
  postToReceiver(insecureHosts)(url, { "webhook-id": "msg_1" }, "{}");

describe("a POST to a receiver", () => {
  it("carries headers and body, and is taken with any 2xx, however long its answer goes on", async () => {
    expect(await post(`${base}/ok`)).toEqual({ kind: "accepted" });
    expect(await post(`${base}/endless`)).toEqual({ kind: "accepted" });
    expect(seen).toContain("POST /ok msg_1 {}");
  });

  it("follows no redirect", async () => {
    const before = seen.length;
    expect(await post(`${base}/redirect`)).toEqual({ kind: "failed", reason: "it answered 307" });
    expect(seen.slice(before)).toEqual(["POST /redirect msg_1 {}"]);
  });

  it("that fails says how, and nothing of what the receiver sent", async () => {
    expect(await post(`${base}/error`)).toEqual({ kind: "failed", reason: "it answered 500" });
    expect(await post(`${base}/reset`)).toEqual({ kind: "failed", reason: "ECONNRESET" });
    expect(await post("http://127.0.0.1:1/")).toEqual({ kind: "failed", reason: "ECONNREFUSED" });
  });

  it("is not made to an address inside, whether it is written in the URL or a name leads there", async () => {
    const before = seen.length;
    const { port } = new URL(base);
    const inside = { kind: "failed", reason: "its address is not a public one" };
    expect(await post(`https://127.0.0.1:${port}/ok`, [])).toEqual(inside);
    expect(await post(`https://localhost:${port}/ok`, [])).toEqual(inside);
    expect(await post(`http://127.0.0.1:${port}/ok`, [])).toEqual({
      kind: "failed",
      reason: "only https is spoken",
    });
    expect(seen).toHaveLength(before);
  });
});
