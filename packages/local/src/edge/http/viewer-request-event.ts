// The event structure of a viewer-request function (functions-event-structure), and what it may answer.
import type { EdgeAnswer } from "./error-page.ts";
import type { HeaderPair } from "./viewer-headers.ts";

type Value = { readonly value: string; readonly multiValue?: readonly { readonly value: string }[] };
type Values = Readonly<Record<string, Value>>;

export type ViewerRequest = {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly headers: readonly HeaderPair[];
};
export type RequestContext = {
  readonly distributionId: string;
  readonly distributionDomainName: string;
  readonly requestId: string;
  readonly clientIp: string;
};

export type FunctionAnswer =
  | { readonly kind: "request"; readonly target: string; readonly headers: readonly HeaderPair[] }
  | { readonly kind: "response"; readonly answer: EdgeAnswer }
  | { readonly kind: "invalid"; readonly problem: string };

export function toViewerRequestEvent(request: ViewerRequest, context: RequestContext): unknown {
  const { distributionId, distributionDomainName, requestId, clientIp } = context;
  const cut = request.target.indexOf("?");
  const query = cut < 0 ? "" : request.target.slice(cut + 1);
  const isCookie = ([name]: HeaderPair) => name.toLowerCase() === "cookie";
  const cookies = request.headers.filter(isCookie).flatMap(([, value]) => value.split(/; */));
  return {
    version: "1.0",
    context: { distributionId, distributionDomainName, eventType: "viewer-request", requestId },
    viewer: { ip: clientIp },
    request: {
      method: request.method,
      uri: cut < 0 ? request.target : request.target.slice(0, cut),
      querystring: group(query.split("&").filter(Boolean).map(splitPair)),
      headers: group(
        request.headers.filter(pair => !isCookie(pair)).map(([name, value]) => [name.toLowerCase(), value]),
      ),
      cookies: group(cookies.filter(Boolean).map(splitPair)),
    },
  };
}

/** Reads what the function returned: a request (go on) or a response (answer now). */
export function readFunctionAnswer(returned: unknown): FunctionAnswer {
  if (!isRecord(returned)) return invalid("the function returned neither a request nor a response");
  if ("statusCode" in returned) return readResponse(returned);
  const { uri } = returned;
  if (typeof uri !== "string" || !/^\/[\u0021-\u007e]*$/.test(uri)) return invalid("uri is not a path");
  const query = readValues(returned["querystring"]).map(joinPair).join("&");
  const cookies = readValues(returned["cookies"]).map(joinPair).join("; ");
  const headers = readValues(returned["headers"]);
  if (!headers.every(isHeader)) return invalid("a header is not allowed in HTTP");
  return {
    kind: "request",
    target: query === "" ? uri : `${uri}?${query}`,
    headers: cookies === "" ? headers : [...headers, ["cookie", cookies]],
  };
}

function readResponse(returned: Readonly<Record<string, unknown>>): FunctionAnswer {
  const { statusCode, body } = returned;
  if (
    typeof statusCode !== "number" ||
    !Number.isInteger(statusCode) ||
    statusCode < 200 ||
    statusCode > 599
  ) {
    return invalid("statusCode is not 200 to 599");
  }
  const pairs = [
    ...readValues(returned["headers"]),
    ...readValues(returned["cookies"]).map(pair => ["set-cookie", joinPair(pair)] as const),
  ];
  if (!pairs.every(isHeader)) return invalid("a header is not allowed in HTTP");
  const headers: Record<string, string[]> = {};
  for (const [name, value] of pairs) headers[name] = [...(headers[name] ?? []), value];
  const xCache = "FunctionGeneratedResponse from cloudfront";
  const answer = { status: statusCode, headers: { ...headers, "x-cache": xCache }, body: readBody(body) };
  return { kind: "response", answer };
}

function readBody(body: unknown): string | Buffer {
  if (typeof body === "string") return body;
  if (!isRecord(body) || typeof body["data"] !== "string") return "";
  return body["encoding"] === "base64" ? Buffer.from(body["data"], "base64") : body["data"];
}

function group(pairs: readonly HeaderPair[]): Values {
  const grouped = new Map<string, { value: string }[]>();
  for (const [name, value] of pairs) grouped.set(name, [...(grouped.get(name) ?? []), { value }]);
  const entries = [...grouped].map(([name, all]): [string, Value] => {
    const value = all.at(-1)?.value ?? "";
    return [name, all.length > 1 ? { value, multiValue: all } : { value }];
  });
  return Object.fromEntries(entries);
}

function readValues(values: unknown): readonly HeaderPair[] {
  if (!isRecord(values)) return [];
  return Object.entries(values).flatMap(([name, entry]) => {
    if (!isRecord(entry)) return [];
    const all: readonly unknown[] = Array.isArray(entry["multiValue"]) ? entry["multiValue"] : [entry];
    return all.flatMap(one =>
      isRecord(one) && typeof one["value"] === "string" ? [[name, one["value"]] as const] : [],
    );
  });
}

/** Values stay as they were sent: neither query nor cookies are decoded for a function. */
function splitPair(text: string): HeaderPair {
  const cut = text.indexOf("=");
  return cut < 0 ? [text, ""] : [text.slice(0, cut), text.slice(cut + 1)];
}

function joinPair([name, value]: HeaderPair): string {
  return value === "" ? name : `${name}=${value}`;
}

function isHeader([name, value]: HeaderPair): boolean {
  return /^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name) && /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(problem: string): FunctionAnswer {
  return { kind: "invalid", problem };
}
