// The demo's origin: firmware files over HTTPS, for nobody but whom the edge has identified, over its own connection.
import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { join, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import type { TLSSocket } from "node:tls";
import { judgeSocket } from "#verifier/adapter/from-node-request.ts";
import { requireViewer } from "#verifier/adapter/middleware.ts";
import { trustOrigin } from "#verifier/chain/trust.ts";
import { type Clock, systemClock } from "../wire/clock.ts";
import { listenOnLoopback, type RunningServer } from "../wire/listen.ts";

export type FirmwareOriginOptions = {
  readonly port: number;
  /** Of this origin, PEM. */
  readonly tls: { readonly key: string; readonly certificate: string };
  /** PEM of the CA of the edge's origin certificate: a connection without one from it is closed unread. */
  readonly clientCa: string;
  /** Served as `/<path below it>`; nothing outside is reachable, through links neither. */
  readonly directory: string;
  readonly clock?: Clock;
};

export async function startFirmwareOrigin(options: FirmwareOriginOptions): Promise<RunningServer> {
  const root = await realpath(options.directory);
  const { key, certificate } = options.tls;
  const { clientCa, clock = systemClock } = options;
  // The chain is judged below, by the stack's clock; the handshake proves possession of the key.
  const tls = { key, cert: certificate, requestCert: true, rejectUnauthorized: false };
  const origin = trustOrigin(clientCa);
  const admit = requireViewer({ origin, now: clock.now });
  // CloudFront-Viewer-Cert-Pem alone can be longer than node's default for a whole request head.
  const server = createServer({ ...tls, maxHeaderSize: 65_536 }, (request, response) => {
    admit(request, response, () => {
      serveFile(root, request, response).catch(() => response.destroy());
    });
  });
  // Before Node's own listener attaches the HTTP parser: nothing of an unadmitted client is read.
  server.prependListener("secureConnection", (socket: TLSSocket) => {
    if (judgeSocket(socket, origin, clock.now()) !== undefined) socket.destroy();
  });
  return listenOnLoopback(server, { name: "firmware origin", port: options.port, scheme: "https" });
}

async function serveFile(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") return answer(response, 405);
  const path = await findFile(root, request.url ?? "/");
  const facts = path === undefined ? undefined : await stat(path);
  if (path === undefined || facts?.isFile() !== true) return answer(response, 404);
  response.writeHead(200, { "content-type": "application/octet-stream", "content-length": facts.size });
  if (request.method === "HEAD") return void response.end();
  await pipeline(createReadStream(path), response);
}

/** The real path of what `url` names, if it lies below `root`; decided after `..`, escapes and links are resolved. */
async function findFile(root: string, url: string): Promise<string | undefined> {
  try {
    const path = await realpath(join(root, decodeURIComponent(url.split("?", 1)[0] ?? "")));
    return path.startsWith(root + sep) ? path : undefined;
  } catch {
    // Malformed escapes, NUL and missing files alike: there is no such file.
    return undefined;
  }
}

function answer(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-type": "text/plain" });
  response.end(`${status}\n`);
}
