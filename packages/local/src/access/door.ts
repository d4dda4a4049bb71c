// The door in front of a service that checks no permissions itself (DynamoDB Local, SQS, S3): it reads who calls and
// what for, answers what the role does not allow as the service would, and passes the rest on byte by byte. One
// connection to the service for each of a client's, and answers go back unread: a call pays for little more than the copy.
import { connect, createServer, type Socket } from "node:net";
import { listenOnLoopback, type RunningServer } from "../wire/listen.ts";
import { accessKeyIn } from "../wire/request.ts";
import { isFunction } from "./authorise.ts";
import { type RequestHead, readHead } from "./request-head.ts";

export type DeniedAnswer = {
  readonly status: 400 | 403;
  readonly contentType: string;
  readonly body: string;
};

export type DoorOptions = {
  readonly name: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Where the service itself listens. */
  readonly serviceUrl: string;
  /** Undefined lets the request in. `body` is empty for a request without `X-Amz-Target`, which is passed on unread. */
  readonly refuse: (accessKeyId: string, request: RequestHead, body: Buffer) => DeniedAnswer | undefined;
};

/** DynamoDB's own limit of a request. */
const maxBodyBytes = 16 * 1024 * 1024;

export function startDoor(options: DoorOptions): Promise<RunningServer> {
  const { hostname, port } = new URL(options.serviceUrl);
  const server = createServer({ noDelay: true }, client => {
    const service = connect({ host: hostname, port: Number(port), noDelay: true });
    // Whichever side goes takes the other along, as if they were one connection.
    client.once("close", () => service.destroy());
    service.once("close", () => client.destroy());
    for (const socket of [client, service]) socket.on("error", () => undefined);
    service.pipe(client);
    watch(options, client, service);
  });
  return listenOnLoopback(server, { name: options.name, port: options.port });
}

/** What the bytes that come next are: a head, what is left of a request, what is left of a body nobody reads. */
type State =
  | { readonly kind: "head" }
  /** `needed` bytes decide about it. */
  | { readonly kind: "request"; readonly head: RequestHead; readonly needed: number }
  | { readonly kind: "pass" | "drop"; readonly left: number };

function watch(options: DoorOptions, client: Socket, service: Socket): void {
  const came = byteQueue();
  let state: State = { kind: "head" };

  function pass(bytes: Buffer): void {
    if (service.write(bytes)) return;
    client.pause();
    service.once("drain", () => client.resume());
  }

  /** The state after the one at hand, or undefined until more has come. */
  function next(): Reached | undefined {
    if (state.kind === "head") return awaitRequest(readHead(came.all()));
    if (state.kind === "request") {
      const { head, needed } = state;
      if (came.size() < needed) return undefined;
      const bytes = came.take(needed);
      const denied = refusalOf(options, head, bytes.subarray(head.headBytes));
      if (denied === undefined) pass(bytes);
      else client.write(answerText(denied));
      return rest(denied === undefined ? "pass" : "drop", head.headBytes + head.bodyBytes - needed);
    }
    const bytes = came.take(Math.min(came.size(), state.left));
    if (state.kind === "pass") pass(bytes);
    return rest(state.kind, state.left - bytes.length);
  }

  client.on("data", (chunk: Buffer) => {
    came.push(chunk);
    while (came.size() > 0) {
      const reached = next();
      if (reached === undefined) return;
      if (reached.kind === "broken") return void client.destroy();
      state = reached;
    }
  });
}

/** Bytes that have come and are not taken yet. A long body is put together once, when all of it is there. */
function byteQueue() {
  let chunks: Buffer[] = [];
  let size = 0;
  function all(): Buffer {
    const [only, ...more] = chunks;
    const bytes = only !== undefined && more.length === 0 ? only : Buffer.concat(chunks);
    chunks = [bytes];
    return bytes;
  }
  return {
    all,
    size: () => size,
    push: (chunk: Buffer): void => {
      chunks.push(chunk);
      size += chunk.length;
    },
    take: (count: number): Buffer => {
      const bytes = all();
      const left = bytes.subarray(count);
      chunks = left.length === 0 ? [] : [left];
      size = left.length;
      return bytes.subarray(0, count);
    },
  };
}

type Reached = State | { readonly kind: "broken" };

function awaitRequest(head: ReturnType<typeof readHead>): Reached | undefined {
  if (head === "incomplete") return undefined;
  if (head === "unreadable") return { kind: "broken" };
  const isRead = head.target !== undefined;
  if (isRead && head.bodyBytes > maxBodyBytes) return { kind: "broken" };
  return { kind: "request", head, needed: head.headBytes + (isRead ? head.bodyBytes : 0) };
}

function rest(kind: "pass" | "drop", left: number): State {
  return left === 0 ? { kind: "head" } : { kind, left };
}

function refusalOf(options: DoorOptions, head: RequestHead, body: Buffer): DeniedAnswer | undefined {
  const caller = accessKeyIn(head.authorization) ?? presignedKey.exec(head.url)?.[1];
  return caller !== undefined && isFunction(caller) ? options.refuse(caller, head, body) : undefined;
}

const presignedKey = /[?&]X-Amz-Credential=([A-Za-z0-9_-]+)(?:\/|%2F)/i;

const reasons = { 400: "Bad Request", 403: "Forbidden" } as const;

function answerText({ status, contentType, body }: DeniedAnswer): string {
  return `HTTP/1.1 ${status} ${reasons[status]}\r\ncontent-type: ${contentType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
