// The local API Gateway: an HTTP API on a custom domain with mutual TLS, its default endpoint disabled.
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { TLSSocket } from "node:tls";
import type { Invoke } from "../lambda/function-definition.ts";
import { type Clock, systemClock } from "../wire/clock.ts";
import type { FaultInjector } from "../wire/faults.ts";
import { listenOnLoopback, type RunningServer } from "../wire/listen.ts";
import { answerRequest, type Gateway, type OnAnswer } from "./answer.ts";
import { openAuthorizer } from "./authorizer.ts";
import { admittedCertificate, type ClientCertificate, readTruststore } from "./client-certificate.ts";
import { gatewayLimits } from "./limits.ts";
import type { GatewayResponse } from "./response.ts";
import { parseRoutes, type RouteDefinition } from "./route.ts";

export type ApiGatewayOptions = {
  readonly port: number;
  readonly clock?: Clock;
  readonly routes: readonly RouteDefinition[];
  readonly tls: { readonly key: string; readonly certificate: string };
  /** The CA certificates that client certificates must chain to. */
  readonly truststorePem: string;
  readonly domainName: string;
  readonly accountId: string;
  readonly region: string;
  readonly invoke: Invoke;
  /** Operation names are route keys. */
  readonly faults?: FaultInjector;
  /** Told of every answer to a request that a route took, as it is sent. */
  readonly onAnswer?: OnAnswer | undefined;
  /** Default and upper bound 30,000, as at AWS. */
  readonly integrationTimeoutMs?: number;
};

export async function startApiGateway(options: ApiGatewayOptions): Promise<RunningServer> {
  const { clock = systemClock, domainName, accountId, invoke, faults } = options;
  const integrationTimeoutMs = options.integrationTimeoutMs ?? gatewayLimits.integrationTimeoutMs;
  if (integrationTimeoutMs > gatewayLimits.integrationTimeoutMs) {
    throw new Error(`an integration times out after ${gatewayLimits.integrationTimeoutMs} ms at most`);
  }
  const anchors = readTruststore(options.truststorePem);
  const gateway: Gateway = {
    routes: parseRoutes(options.routes),
    authorize: openAuthorizer(),
    clock,
    invoke,
    faults,
    onAnswer: options.onAnswer,
    integrationTimeoutMs,
    accountId,
    apiId: "localapi01",
    domainName,
  };
  const admitted = new WeakMap<TLSSocket, ClientCertificate>();
  const server = createServer(
    {
      key: options.tls.key,
      cert: options.tls.certificate,
      ca: options.truststorePem,
      minVersion: "TLSv1.2",
      requestCert: true,
      // The chain is judged below, by the stack's clock; the handshake proves possession of the key.
      rejectUnauthorized: false,
      // Above the limit, so that the gateway counts the bytes itself and answers as API Gateway does.
      maxHeaderSize: gatewayLimits.headerBytes * 4,
      // Far longer than the edge keeps one: a POST on a connection that is being closed is lost, and answered 502.
      keepAliveTimeout: 75_000,
    },
    (request, response) => void serve(gateway, admitted, request, response),
  );
  // Before Node's own listener attaches the HTTP parser: nothing of an unadmitted client is read.
  server.prependListener("secureConnection", (socket: TLSSocket) => {
    const certificate = admittedCertificate(socket, anchors, clock.now());
    if (certificate === undefined) socket.destroy();
    else admitted.set(socket, certificate);
  });
  return listenOnLoopback(server, { name: "API Gateway", port: options.port, scheme: "https" });
}

async function serve(
  gateway: Gateway,
  admitted: WeakMap<TLSSocket, ClientCertificate>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const socket = request.socket;
  const clientCertificate = socket instanceof TLSSocket ? admitted.get(socket) : undefined;
  if (clientCertificate === undefined) return void socket.destroy();
  const requestId = randomUUID();
  const answer = await answerRequest(gateway, request, { clientCertificate, requestId });
  if (answer === "dropped") return void socket.destroy();
  send(response, answer, requestId);
}

function send(response: ServerResponse, answer: GatewayResponse, requestId: string): void {
  for (const [name, value] of answer.headers) response.appendHeader(name, value);
  response.setHeader("apigw-requestid", requestId);
  // RFC 9110 section 8.6: neither of the two may carry a length.
  if (answer.status >= 200 && answer.status !== 204) response.setHeader("content-length", answer.body.length);
  response.writeHead(answer.status);
  response.end(answer.body);
}
