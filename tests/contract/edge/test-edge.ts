// A running edge in front of an origin that reports what reached it, and viewers that connect to it.
import type { IncomingMessage } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { createServer, request as httpsRequest, type RequestOptions } from "node:https";
import { type ConnectionOptions, connect } from "node:tls";
import type { ConnectionLogEntry } from "#local/edge/connection/connection-log.ts";
import type { DistributionConfig } from "#local/edge/distribution-config.ts";
import type { EdgeReplica } from "#local/edge/replica.ts";
import { type EdgeOptions, type RunningEdge, startEdge } from "#local/edge/start-edge.ts";
import type { Clock } from "#local/wire/clock.ts";
import { listenOnLoopback, type RunningServer } from "#local/wire/listen.ts";
import { makeAuthority, makeClient, makeServer, type TestCertificate } from "./test-authority.ts";

export const servers = makeAuthority("server authority");
const edgeServer = makeServer(servers);
const originServer = makeServer(servers);
const originAuthority = makeAuthority("origin client authority");
const originClient = makeClient(originAuthority, { subject: ["CN=edge"] });

export const now = new Date("2026-06-01T12:00:00Z");
export type TestClock = Clock & { readonly set: (date: Date) => void };

export function testClock(): TestClock {
  let current = now;
  return {
    now: () => current,
    set: date => {
      current = date;
    },
  };
}

export function replicaOf(entries: Readonly<Record<string, string>>): EdgeReplica {
  const times = { creationDateTime: "2026-01-01T00:00:00Z", lastUpdatedDateTime: "2026-05-01T00:00:00Z" };
  return {
    get: key => entries[key],
    exists: key => entries[key] !== undefined,
    meta: () => ({ ...times, keyCount: Object.keys(entries).length }),
  };
}

export const allowAll = {
  name: "allow",
  code: "function connectionHandler(connection) { return connection.allow(); }",
};

/** What the origin saw of one request. */
export type Seen = {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly body: string;
  readonly clientSubject: string;
  readonly clientPort: number;
};

export type Stage = {
  readonly edge: RunningEdge;
  readonly clock: TestClock;
  readonly origin: RunningServer;
  readonly stop: () => Promise<void>;
};

/** An HTTPS origin that asks for the edge's origin certificate and answers with what it saw, as JSON. */
export function startOrigin(): Promise<RunningServer> {
  const tls = {
    key: originServer.keyPem,
    cert: originServer.pem,
    ca: originAuthority.pem,
    requestCert: true,
  };
  const server = createServer(
    { ...tls, rejectUnauthorized: true, maxHeaderSize: 65_536 },
    (incoming, response) => {
      readText(incoming).then(
        body => {
          const socket = incoming.socket as import("node:tls").TLSSocket; // An https server has no other kind.
          const clientSubject = socket.getPeerX509Certificate()?.subject ?? "";
          const { method = "", url = "", rawHeaders } = incoming;
          const seen: Seen = {
            method,
            url,
            rawHeaders,
            body,
            clientSubject,
            clientPort: incoming.socket.remotePort ?? 0,
          };
          response.setHeader("content-type", "application/json");
          response.setHeader("connection", "x-hop, keep-alive");
          response.setHeader("x-hop", "1");
          response.end(JSON.stringify(seen));
        },
        () => response.destroy(),
      );
    },
  );
  return listenOnLoopback(server, { name: "origin", port: 0, scheme: "https" });
}

export async function startStage(
  trusted: readonly TestCertificate[],
  distribution: Partial<DistributionConfig> = {},
  options: Partial<EdgeOptions> = {},
): Promise<Stage> {
  const origin = await startOrigin();
  const clock = testClock();
  const edge = await startEdge({
    port: 0,
    clock,
    trustStore: { pem: trusted.map(({ pem }) => pem).join("") },
    replica: replicaOf({}),
    serverTls: { key: edgeServer.keyPem, certificate: edgeServer.pem },
    ...options,
    distribution: {
      id: "E2EXAMPLE",
      domainName: "d111111abcdef8.cloudfront.net",
      mode: "required",
      ignoreCertificateExpiry: false,
      advertiseTrustStoreCaNames: false,
      minimumProtocolVersion: "TLSv1.2_2021",
      origin: originConfig(origin),
      ...distribution,
    },
  });
  return { edge, clock, origin, stop: async () => void (await Promise.all([edge.stop(), origin.stop()])) };
}

export function originConfig(origin: RunningServer): DistributionConfig["origin"] {
  const clientCertificate = () => ({ key: originClient.keyPem, certificate: originClient.pem });
  return { url: origin.url.replace("127.0.0.1", "localhost"), ca: servers.pem, clientCertificate };
}

export function viewerTls(
  client: TestCertificate | undefined,
  chain: readonly TestCertificate[] = [],
): ConnectionOptions {
  const certificate = client && {
    key: client.keyPem,
    cert: [client, ...chain].map(({ pem }) => pem).join(""),
  };
  return { host: "127.0.0.1", servername: "localhost", ca: servers.pem, ...certificate };
}

export type Answer = {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
};

/** One HTTP/1.1 request over its own connection, unless `agent` is given. Rejects when the edge refuses. */
export function get(
  edge: Pick<RunningEdge, "port">,
  tls: ConnectionOptions,
  options: RequestOptions & { body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { body, ...rest } = options;
    const outgoing = httpsRequest(
      { agent: false, path: "/", ...tls, ...rest, port: edge.port } as RequestOptions,
      answer => {
        readText(answer).then(
          text => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }),
          reject,
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

export async function seen(answer: Promise<Answer>): Promise<Seen> {
  return JSON.parse((await answer).body) as Seen; // The test origin's own answer.
}

/** The values of one header, in any case. */
export function valuesOf(request: Seen, name: string): readonly string[] {
  return request.rawHeaders.filter(
    (_, index, all) => index % 2 === 1 && all[index - 1]?.toLowerCase() === name.toLowerCase(),
  );
}

/** One HTTP/2 GET; rejects when the edge refuses. */
export function getHttp2(
  edge: RunningEdge,
  tls: ConnectionOptions,
  headers: Record<string, string>,
  body?: string,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const session = connectHttp2(`https://localhost:${edge.port}`, tls);
    session.on("error", reject);
    const stream = session.request(headers, { endStream: body === undefined });
    let status = 0;
    stream.on("response", head => {
      status = Number(head[":status"]);
    });
    stream.on("error", reject);
    readText(stream).then(text => {
      session.close();
      resolve({ status, body: text });
    }, reject);
    if (body !== undefined) stream.end(body);
  });
}

export type Outcome = {
  readonly error: string | undefined;
  readonly received: string;
  readonly status: string;
};

/** Connects, sends a request as soon as it can, and tells what came back and what the edge logged. */
export async function tryConnect(edge: RunningEdge, tls: ConnectionOptions): Promise<Outcome> {
  const logged = nextEntry(edge);
  const { error, received } = await new Promise<Omit<Outcome, "status">>(resolve => {
    let [failure, text]: [string | undefined, string] = [undefined, ""];
    const socket = connect({ ...tls, port: edge.port }, () => {
      socket.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    });
    socket.on("data", chunk => {
      text += String(chunk);
    });
    socket.on("error", problem => {
      failure = "code" in problem ? String(problem.code) : problem.message;
    });
    socket.on("close", () => resolve({ error: failure, received: text }));
  });
  return { error, received, status: (await logged).connectionStatus };
}

export function nextEntry(edge: RunningEdge): Promise<ConnectionLogEntry> {
  return new Promise(resolve => {
    const stop = edge.connectionLog.subscribe(entry => {
      stop();
      resolve(entry);
    });
  });
}

export async function readText(stream: AsyncIterable<unknown>): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}
