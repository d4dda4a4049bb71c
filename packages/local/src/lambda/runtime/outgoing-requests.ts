// The HTTP requests that a function sends, seen through Node's own diagnostics channels, so that product code has no
// hook: node:http announces a request before its first byte leaves, and a response before any listener sees it.
import { subscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";

export type OutgoingRequest = {
  readonly method: string;
  readonly path: string;
  /** `X-Amz-Target`, empty when it has none. */
  readonly target: string;
};

export type RequestListener = {
  /** Before the request leaves. `handle` stands for it in `onAnswered`. */
  readonly onSend: (request: OutgoingRequest, handle: object) => void;
  /** After the service has answered, before the function knows. */
  readonly onAnswered: (request: OutgoingRequest, handle: object) => void;
};

export function listenToRequests({ onSend, onAnswered }: RequestListener): void {
  // The channels' messages are untyped; their shapes are those that Node's documentation gives.
  const client = (message: unknown) => (message as { request: ClientRequest }).request;
  const fetched = (message: unknown) => (message as { request: FetchRequest }).request;
  subscribe("http.client.request.created", message =>
    onSend(fromClientRequest(client(message)), client(message)),
  );
  subscribe("http.client.response.finish", message =>
    onAnswered(fromClientRequest(client(message)), client(message)),
  );
  subscribe("undici:request:create", message => onSend(fromFetch(fetched(message)), fetched(message)));
  subscribe("undici:request:headers", message => onAnswered(fromFetch(fetched(message)), fetched(message)));
}

function fromClientRequest(request: ClientRequest): OutgoingRequest {
  const target = request.getHeader("x-amz-target");
  return { method: request.method, path: request.path, target: typeof target === "string" ? target : "" };
}

type FetchRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: string | readonly string[];
};

function fromFetch({ method, path, headers }: FetchRequest): OutgoingRequest {
  const text = typeof headers === "string" ? headers : pairs(headers);
  return { method, path, target: /^x-amz-target: *(.*?)\r?$/im.exec(text)?.[1] ?? "" };
}

function pairs(flat: readonly string[]): string {
  return flat.map((part, at) => (at % 2 === 0 ? `${part}: ` : `${part}\r\n`)).join("");
}
