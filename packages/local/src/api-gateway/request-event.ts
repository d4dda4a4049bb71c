// An HTTP request as payload format 2.0. Pure.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
import type { JwtClaims } from "./authorizer.ts";
import type { ClientCertificate } from "./client-certificate.ts";

export type GatewayRequest = {
  readonly method: string;
  /** As on the request line: path and query, percent-encoded. */
  readonly target: string;
  readonly protocol: string;
  /** Names and values by turns, as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly sourceIp: string;
};

export type RequestContext = {
  readonly accountId: string;
  readonly apiId: string;
  readonly domainName: string;
  readonly port: number;
  readonly requestId: string;
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly clientCertificate: ClientCertificate;
  /** Present on routes with a JWT authorizer. */
  readonly jwt: JwtClaims | undefined;
  readonly now: Date;
};

// They describe one connection (RFC 9110 section 7.6.1), and cookies have a field of their own in format 2.0.
const left = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
  "cookie",
]);

/**
 * The path as the HTTP API sees it: decoded before routing, in `rawPath` too, and cut at a decoded `?` (measured on
 * AWS: github.com/middleapi/standard-server pull request 93). Undefined when the encoding is malformed.
 */
export function decodedPath(target: string): string | undefined {
  try {
    return decodeURIComponent(target.split("?", 1)[0] ?? "/").split("?", 1)[0];
  } catch {
    return undefined;
  }
}

export function requestEvent(request: GatewayRequest, path: string, context: RequestContext): unknown {
  const values = headerValues(request.rawHeaders);
  const headers = forwardedHeaders(values, request, context);
  const cookies = (values.get("cookie") ?? []).flatMap(value => value.split(/; */)).filter(Boolean);
  const rawQueryString = request.target.includes("?") ? request.target.replace(/^[^?]*\?/, "") : "";
  const isText = isTextType(headers["content-type"]);
  return {
    version: "2.0",
    routeKey: context.routeKey,
    rawPath: path,
    rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(rawQueryString !== "" && { queryStringParameters: queryParameters(rawQueryString) }),
    requestContext: eventContext(request, path, headers["user-agent"], context),
    ...(Object.keys(context.pathParameters).length > 0 && { pathParameters: context.pathParameters }),
    ...(request.body.length > 0 && { body: request.body.toString(isText ? "utf8" : "base64") }),
    isBase64Encoded: request.body.length > 0 && !isText,
  };
}

function eventContext(
  request: GatewayRequest,
  path: string,
  userAgent: string | undefined,
  context: RequestContext,
): unknown {
  return {
    accountId: context.accountId,
    apiId: context.apiId,
    authentication: { clientCert: context.clientCertificate },
    ...(context.jwt !== undefined && { authorizer: { jwt: context.jwt } }),
    domainName: context.domainName,
    domainPrefix: context.domainName.split(".", 1)[0],
    http: {
      method: request.method,
      path,
      protocol: request.protocol,
      sourceIp: request.sourceIp,
      userAgent: userAgent ?? "",
    },
    requestId: context.requestId,
    routeKey: context.routeKey,
    stage: "$default",
    time: commonLogTime(context.now),
    timeEpoch: context.now.getTime(),
  };
}

function headerValues(rawHeaders: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? "").toLowerCase();
    values.set(name, [...(values.get(name) ?? []), rawHeaders[at + 1] ?? ""]);
  }
  return values;
}

/** The client's headers unchanged, whatever they claim, and the gateway's own `X-Forwarded-*` and trace id. */
function forwardedHeaders(
  values: ReadonlyMap<string, readonly string[]>,
  { sourceIp }: GatewayRequest,
  { port, requestId }: RequestContext,
): Readonly<Record<string, string>> {
  const headers = Object.fromEntries(
    [...values].filter(([name]) => !left.has(name)).map(([name, all]) => [name, all.join(",")]),
  );
  const before = headers["x-forwarded-for"];
  return {
    ...headers,
    "content-length": headers["content-length"] ?? "0",
    "x-amzn-trace-id": headers["x-amzn-trace-id"] ?? `Root=1-${requestId}`,
    "x-forwarded-for": before === undefined ? sourceIp : `${before}, ${sourceIp}`,
    "x-forwarded-port": String(port),
    "x-forwarded-proto": "https",
  };
}

function queryParameters(rawQueryString: string): Readonly<Record<string, string>> {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    const before = parameters.get(name);
    parameters.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(parameters);
}

/** Other types arrive in base64, form bodies and bodies without a type among them. */
function isTextType(contentType: string | undefined): boolean {
  const type = (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return /^(text\/.+|application\/(json|javascript|xml|[a-z0-9.+-]+\+(json|xml)))$/.test(type);
}

/** Such as `12/Mar/2020:19:03:58 +0000`. */
function commonLogTime(now: Date): string {
  const [, , month] = now.toUTCString().split(" ");
  const [date, time] = now.toISOString().slice(0, 19).split("T");
  const [year, , day] = (date ?? "").split("-");
  return `${day}/${month}/${year}:${time} +0000`;
}
