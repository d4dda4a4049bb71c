// What a function answered, as an HTTP response: the explicit form, or the one that format 2.0 infers. Pure.
import { validateHeaderName, validateHeaderValue } from "node:http";
import type { InvokeResult } from "../lambda/function-definition.ts";

export type GatewayResponse = {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
};

// The gateway's own to write, whatever a function says.
const owned = new Set(["connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"]);

const gatewayMessages = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  413: "Request Entity Too Large",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
} as const;

/** A response of the gateway itself. */
export function gatewayResponse(
  status: keyof typeof gatewayMessages,
  headers: GatewayResponse["headers"] = [],
): GatewayResponse {
  return {
    status,
    headers: [["content-type", "application/json"], ...headers],
    body: Buffer.from(JSON.stringify({ message: gatewayMessages[status] })),
  };
}

/** A function error or an answer that is no response is a 500 that shows nothing of it. */
export function functionResponse(result: InvokeResult): GatewayResponse {
  if (result.functionError !== undefined) return gatewayResponse(500);
  const answer: unknown = JSON.parse(result.payload);
  if (typeof answer === "object" && answer !== null && "statusCode" in answer) {
    return explicitResponse(answer) ?? gatewayResponse(500);
  }
  // Without `statusCode` everything is a body: 200, and JSON unless the function returned a string.
  const body = typeof answer === "string" ? answer : JSON.stringify(answer);
  return { status: 200, headers: [["content-type", "application/json"]], body: Buffer.from(body) };
}

function explicitResponse(answer: object): GatewayResponse | undefined {
  const {
    statusCode,
    headers = {},
    cookies = [],
    body = "",
    isBase64Encoded = false,
  } = {
    ...answer,
  } as Record<string, unknown>; // A JSON object, so its members are unknown and checked one by one.
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  if (typeof headers !== "object" || headers === null || !Array.isArray(cookies)) return undefined;
  if (body !== null && typeof body !== "string") return undefined;
  const own = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), String(value)] as const)
    .filter(([name]) => !owned.has(name));
  const typed = own.some(([name]) => name === "content-type");
  const all = [
    ...(typed ? own : [...own, ["content-type", "text/plain; charset=utf-8"] as const]),
    ...cookies.map(cookie => ["set-cookie", String(cookie)] as const),
  ];
  if (!all.every(isSendable)) return undefined;
  return {
    status,
    headers: all,
    body: Buffer.from(body ?? "", isBase64Encoded === true ? "base64" : "utf8"),
  };
}

/** A line break in a value would let a function's input write headers of its own. */
function isSendable([name, value]: readonly [string, string]): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    // Node says no by throwing.
    return false;
  }
}
