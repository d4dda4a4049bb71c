// The HTTP surface of Lambda that tools need: Invoke, GetFunction, GetFunctionConfiguration, ListFunctions. REST-JSON.
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { AwsError } from "../wire/aws-json.ts";
import { BodyTooLargeError, callerAccessKey, readBody } from "../wire/request.ts";
import { type InvokeResult, payloadLimits } from "./function-definition.ts";
import { ConnectionDroppedError, notFound, requestTooLarge } from "./invoke-error.ts";

export type InvokeApi = {
  readonly invoke: (functionName: string, payload: string) => Promise<InvokeResult>;
  readonly invokeAsync: (functionName: string, payload: string) => string;
  /** Throws ResourceNotFoundException. */
  readonly configuration: (functionName: string) => Readonly<Record<string, unknown>>;
  readonly functionNames: () => readonly string[];
};

type Reply = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

const functionPath = /^\/2015-03-31\/functions\/([^/]+)(\/invocations|\/configuration)?$/;

/** Answers one request; errors have the service's names, statuses and header. */
export async function answerInvokeApi(
  api: InvokeApi,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const requestId = randomUUID();
  const reply = await route(api, request).catch((error: unknown) => errorReply(error));
  if (reply === "dropped") return void request.socket.destroy();
  const body = Buffer.from(reply.body ?? "");
  response.writeHead(reply.status, {
    "content-type": "application/json",
    "content-length": body.length,
    "x-amzn-requestid": requestId,
    ...reply.headers,
  });
  response.end(body);
}

async function route(api: InvokeApi, request: IncomingMessage): Promise<Reply> {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (callerAccessKey(request) === undefined) {
    throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token", 403);
  }
  const method = request.method ?? "";
  if (method === "GET" && /^\/2015-03-31\/functions\/?$/.test(url.pathname)) {
    return ok({ Functions: api.functionNames().map(api.configuration), NextMarker: null });
  }
  const [, encoded, action] = functionPath.exec(url.pathname) ?? [];
  const qualifier = url.searchParams.get("Qualifier") ?? "$LATEST";
  if (encoded !== undefined) {
    const name = functionNameOf(encoded);
    if (qualifier !== "$LATEST") throw notFound(`${name}:${qualifier}`);
    if (method === "POST" && action === "/invocations") return invoke(api, name, request);
    if (method === "GET" && action === "/configuration") return ok(api.configuration(name));
    if (method === "GET" && action === undefined) return ok({ Configuration: api.configuration(name) });
  }
  throw new AwsError("UnknownOperationException", "The requested operation is not known.", 404);
}

async function invoke(api: InvokeApi, name: string, request: IncomingMessage): Promise<Reply> {
  const type = header(request, "x-amz-invocation-type") ?? "RequestResponse";
  api.configuration(name);
  const payload = await readPayload(
    request,
    type === "Event" ? payloadLimits.asynchronousRequestBytes : payloadLimits.synchronousRequestBytes,
  );
  if (type === "DryRun") return { status: 204 };
  if (type === "Event") {
    api.invokeAsync(name, payload);
    return { status: 202 };
  }
  if (type !== "RequestResponse") {
    throw new AwsError("InvalidParameterValueException", `Unsupported InvocationType ${type}.`);
  }
  const result = await api.invoke(name, payload);
  const wantsTail = header(request, "x-amz-log-type") === "Tail";
  return {
    status: 200,
    body: result.payload,
    headers: {
      "x-amz-executed-version": "$LATEST",
      ...(result.functionError !== undefined && { "x-amz-function-error": result.functionError }),
      ...(wantsTail && { "x-amz-log-result": Buffer.from(result.logTail).toString("base64") }),
    },
  };
}

async function readPayload(request: IncomingMessage, maxBytes: number): Promise<string> {
  const body = await readBody(request, maxBytes).catch((error: unknown) => {
    if (error instanceof BodyTooLargeError) throw requestTooLarge(maxBytes);
    throw error;
  });
  const text = body.length === 0 ? "{}" : body.toString("utf8");
  try {
    JSON.parse(text);
  } catch {
    throw new AwsError(
      "InvalidRequestContentException",
      "Could not parse request body into json: Could not parse payload into json",
    );
  }
  return text;
}

/** Takes `name`, `name:$LATEST`, a partial ARN (`account:function:name`) or a full one. */
function functionNameOf(encoded: string): string {
  let identifier: string;
  try {
    identifier = decodeURIComponent(encoded);
  } catch {
    throw new AwsError("ValidationException", "The function name is not valid percent-encoding.");
  }
  const unqualified = identifier.replace(/:\$LATEST$/, "");
  return /^(?:arn:aws:lambda:[a-z0-9-]+:)?\d{12}:function:([^:]+)$/.exec(unqualified)?.[1] ?? unqualified;
}

function errorReply(error: unknown): Reply | "dropped" {
  if (error instanceof ConnectionDroppedError) return "dropped";
  const known = error instanceof AwsError ? error : undefined;
  if (known === undefined) console.error("lambda:", error);
  const code = known?.code ?? "ServiceException";
  const message = known?.message ?? "The service encountered an internal error.";
  const status = known?.status ?? 500;
  const body = JSON.stringify({
    Type: status < 500 ? "User" : "Service",
    ...(code === "TooManyRequestsException" && {
      Reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
    }),
    // Both spellings, as the service's errors differ in theirs.
    message,
    Message: message,
  });
  return {
    status,
    body,
    // After a body that was too large the rest of it is still on the connection.
    headers: { "x-amzn-errortype": code, ...(status === 413 && { connection: "close" }) },
  };
}

function ok(body: unknown): Reply {
  return { status: 200, body: JSON.stringify(body) };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
