// One HTTP exchange with a viewer, in HTTP/1.1 or HTTP/2: the few things that both kinds of objects do alike.
import { type IncomingMessage, ServerResponse } from "node:http";
import { Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { EdgeAnswer } from "./error-page.ts";

export type EdgeRequest = IncomingMessage | Http2ServerRequest;
export type EdgeResponse = ServerResponse | Http2ServerResponse;

export function hasBody(request: EdgeRequest): boolean {
  if (request instanceof Http2ServerRequest) return !request.stream.endAfterHeaders;
  return (
    request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0
  );
}

/** Sends the head at once: an answer may take its time between head and body. */
export function sendHead(response: EdgeResponse, status: number, headers: EdgeAnswer["headers"]): void {
  setHead(response, status, headers);
  if (response instanceof ServerResponse) response.flushHeaders();
  else response.writeHead(status);
}

/** A whole answer made by the edge itself. */
export function answer(response: EdgeResponse, { status, headers, body }: EdgeAnswer): void {
  setHead(response, status, { ...headers, "content-length": String(Buffer.byteLength(body)) });
  response.end(body);
}

function setHead(response: EdgeResponse, status: number, headers: EdgeAnswer["headers"]): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}
