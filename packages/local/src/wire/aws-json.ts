// The AWS JSON 1.0/1.1 protocol (X-Amz-Target: <prefix>.<Operation>), as ACM PCA and EventBridge speak it.
// Error bodies, request ids and the answers to unsigned and unknown requests follow the services' own.
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Access } from "../access/service-permissions.ts";
import { type FaultInjector, type Outcome, runWithFaults } from "./faults.ts";
import { type ListenOptions, listenOnLoopback, type RunningServer } from "./listen.ts";
import { BodyTooLargeError, callerAccessKey, readBody } from "./request.ts";

/** An error that the service itself documents; `status` is 400 unless the model says otherwise. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export type CallContext = { readonly accessKeyId: string; readonly requestId: string };
export type Operation = (input: unknown, context: CallContext) => Promise<unknown> | unknown;

export type AwsJsonOptions = ListenOptions & {
  /** Such as `ACMPrivateCA` or `AWSEvents`. */
  readonly targetPrefix: string;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly maxBodyBytes?: number;
  /** Asked first: what the caller's role does not allow counts against no quota. */
  readonly access?: Access | undefined;
  /** Called for each request before its operation: quotas, injected faults. Throws AwsError to refuse. */
  readonly before?: (operation: string, context: CallContext) => Promise<void> | void;
  readonly faults?: FaultInjector | undefined;
};

/** Serves `operations` over AWS JSON 1.1 on loopback. */
export function serveAwsJson(options: AwsJsonOptions): Promise<RunningServer> {
  const server = createServer((request, response) => {
    const requestId = randomUUID();
    answer(options, request, requestId).then(
      outcome =>
        outcome.kind === "dropped"
          ? request.socket.destroy()
          : send(response, 200, requestId, outcome.value ?? {}),
      (error: unknown) => {
        const known = error instanceof AwsError ? error : undefined;
        if (known === undefined) console.error(`${options.name}: ${String(error)}`, error);
        send(response, known?.status ?? 500, requestId, {
          __type: known?.code ?? "InternalFailure",
          message: known?.message ?? "The request processing has failed because of an internal error.",
        });
      },
    );
  });
  return listenOnLoopback(server, options);
}

async function answer(
  options: AwsJsonOptions,
  request: IncomingMessage,
  requestId: string,
): Promise<Outcome<unknown>> {
  const target = String(request.headers["x-amz-target"] ?? "");
  const [prefix, name] = target.split(".", 2);
  // Own members only: `<prefix>.toString` is no operation.
  const known =
    prefix === options.targetPrefix && name !== undefined && Object.hasOwn(options.operations, name);
  const operation = known ? options.operations[name] : undefined;
  if (request.method !== "POST" || name === undefined || operation === undefined) {
    throw new AwsError("UnknownOperationException", `The operation ${target || "(none)"} is not known.`);
  }
  const accessKeyId = callerAccessKey(request);
  if (accessKeyId === undefined) {
    throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  const context = { accessKeyId, requestId };
  const body = await readBody(request, options.maxBodyBytes ?? 4_194_304).catch((error: unknown) => {
    if (error instanceof BodyTooLargeError)
      throw new AwsError("RequestEntityTooLargeException", error.message, 413);
    throw error;
  });
  const input = parseInput(body);
  const denial = options.access?.authorise(accessKeyId, options.access.needed(name, input));
  if (denial !== undefined) throw new AwsError("AccessDeniedException", denial);
  await options.before?.(name, context);
  return runWithFaults(options.faults, name, () => operation(input, context));
}

function parseInput(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new AwsError("SerializationException", "The request body is not valid JSON.");
  }
}

function send(response: ServerResponse, status: number, requestId: string, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/x-amz-json-1.1",
    "x-amzn-requestid": requestId,
    "content-length": Buffer.byteLength(text),
    ...(status >= 400 ? { "x-amzn-errortype": (body as { __type: string }).__type } : {}),
  });
  response.end(text);
}
