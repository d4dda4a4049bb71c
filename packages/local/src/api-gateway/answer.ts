// One request through the gateway: limits, route, authorizer, function, response, in API Gateway's order.
import type { IncomingMessage } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { Invoke } from "../lambda/function-definition.ts";
import { AwsError } from "../wire/aws-json.ts";
import type { Clock } from "../wire/clock.ts";
import { type FaultInjector, runWithFaults } from "../wire/faults.ts";
import { BodyTooLargeError, readBody } from "../wire/request.ts";
import type { Authorize, JwtClaims } from "./authorizer.ts";
import type { ClientCertificate } from "./client-certificate.ts";
import { gatewayLimits } from "./limits.ts";
import { decodedPath, type GatewayRequest, requestEvent } from "./request-event.ts";
import { functionResponse, type GatewayResponse, gatewayResponse } from "./response.ts";
import { matchRoute, type Route, type RouteMatch } from "./route.ts";

export type OnAnswer = (routeKey: string, response: GatewayResponse) => void;

export type Gateway = {
  readonly routes: readonly Route[];
  readonly authorize: Authorize;
  readonly clock: Clock;
  readonly invoke: Invoke;
  readonly faults: FaultInjector | undefined;
  readonly onAnswer: OnAnswer | undefined;
  readonly integrationTimeoutMs: number;
  readonly accountId: string;
  readonly apiId: string;
  readonly domainName: string;
};

type Caller = { readonly clientCertificate: ClientCertificate; readonly requestId: string };

/** Answers what to send, or `dropped` when there is to be no answer (an injected fault, a client that left). Never rejects. */
export async function answerRequest(
  gateway: Gateway,
  request: IncomingMessage,
  caller: Caller,
): Promise<GatewayResponse | "dropped"> {
  try {
    return await route(gateway, request, caller);
  } catch (error) {
    if (error instanceof BodyTooLargeError) return gatewayResponse(413, [["connection", "close"]]);
    // The client left in the middle of its body: nobody is there to answer.
    if (request.socket.destroyed) return "dropped";
    console.error("api gateway:", error);
    return gatewayResponse(500);
  }
}

async function route(
  gateway: Gateway,
  request: IncomingMessage,
  caller: Caller,
): Promise<GatewayResponse | "dropped"> {
  if (headBytes(request) > gatewayLimits.headerBytes) return gatewayResponse(431, [["connection", "close"]]);
  const path = decodedPath(request.url ?? "/");
  if (path === undefined) return gatewayResponse(400);
  const match = matchRoute(gateway.routes, request.method ?? "", path);
  if (match === undefined) return gatewayResponse(404);
  const access = await authorization(gateway, match.route, request);
  if (access.kind === "refused") return access.response;
  const body = await readBody(request, gatewayLimits.payloadBytes);
  const event = requestEvent(gatewayRequest(request, body), path, {
    accountId: gateway.accountId,
    apiId: gateway.apiId,
    domainName: gateway.domainName,
    port: request.socket.localPort ?? 443,
    requestId: caller.requestId,
    routeKey: match.route.routeKey,
    pathParameters: match.pathParameters,
    clientCertificate: caller.clientCertificate,
    jwt: access.jwt,
    now: gateway.clock.now(),
  });
  const outcome = await runWithFaults(gateway.faults, match.route.routeKey, () =>
    integrate(gateway, match, event),
  );
  if (outcome.kind === "dropped") return "dropped";
  gateway.onAnswer?.(match.route.routeKey, outcome.value);
  return outcome.value;
}

type Access =
  | { readonly kind: "granted"; readonly jwt: JwtClaims | undefined }
  | { readonly kind: "refused"; readonly response: GatewayResponse };

async function authorization(
  gateway: Gateway,
  { authorizer }: Route,
  request: IncomingMessage,
): Promise<Access> {
  if (authorizer === undefined) return { kind: "granted", jwt: undefined };
  const result = await gateway.authorize(authorizer, request.headers.authorization, gateway.clock.now());
  switch (result.kind) {
    case "authorized":
      return { kind: "granted", jwt: result.jwt };
    case "forbidden":
      return { kind: "refused", response: gatewayResponse(403) };
    case "unauthorized": {
      const challenge = result.reason === "" ? "Bearer" : `Bearer error="${result.reason}"`;
      return { kind: "refused", response: gatewayResponse(401, [["www-authenticate", challenge]]) };
    }
  }
}

async function integrate(gateway: Gateway, match: RouteMatch, event: unknown): Promise<GatewayResponse> {
  const answered = new AbortController();
  const tooLate = delay(gateway.integrationTimeoutMs, gatewayResponse(503), { signal: answered.signal });
  try {
    const invoked = gateway.invoke(match.route.functionName, event).then(functionResponse, notInvoked);
    return await Promise.race([invoked, tooLate]);
  } finally {
    answered.abort();
    tooLate.catch(() => undefined);
  }
}

/** Throttled: 503. An event over the 6 MB that Lambda takes: 413. Anything else is the gateway's own 500. */
function notInvoked(error: unknown): GatewayResponse {
  const status = error instanceof AwsError ? error.status : 500;
  if (status === 429) return gatewayResponse(503);
  if (status === 413) return gatewayResponse(413);
  console.error("api gateway:", error);
  return gatewayResponse(500);
}

function gatewayRequest(request: IncomingMessage, body: Buffer): GatewayRequest {
  return {
    method: request.method ?? "",
    target: request.url ?? "/",
    protocol: `HTTP/${request.httpVersion}`,
    rawHeaders: request.rawHeaders,
    body,
    sourceIp: (request.socket.remoteAddress ?? "127.0.0.1").replace(/^::ffff:/, ""),
  };
}

/** The bytes of the request line and the header lines, each with its line break. */
function headBytes({ method = "", url = "", httpVersion, rawHeaders }: IncomingMessage): number {
  const requestLine = Buffer.byteLength(`${method} ${url} HTTP/${httpVersion}\r\n`);
  // Each name gains ": ", each value a line break: two bytes either way.
  return rawHeaders.reduce((bytes, part) => bytes + Buffer.byteLength(part, "latin1") + 2, requestLine);
}
