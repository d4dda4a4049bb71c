// The shape that Express takes as middleware, and Fastify as an onRequest hook on its raw request and response.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Refusal, Viewer } from "../verdict.ts";
import { fromNodeRequest, type VerifierOptions } from "./from-node-request.ts";

export type MiddlewareOptions = VerifierOptions & {
  /** Told why a request was refused: for a log, and not for the client. */
  readonly onRefused?: (reasons: readonly Refusal[], request: IncomingMessage) => void;
  /** Let viewers without a certificate through; default: answer them as refused ones. */
  readonly allowAnonymous?: boolean;
};

export type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

// Not a property of the request: a body parser or another middleware could write that.
const viewers = new WeakMap<IncomingMessage, Viewer>();

/** Lets a request with an identified viewer through to `next`, and answers every other one with 403. */
export function requireViewer(options: MiddlewareOptions): Middleware {
  return (request, response, next) => {
    const verdict = fromNodeRequest(request, options);
    switch (verdict.kind) {
      case "identified":
        viewers.set(request, verdict.viewer);
        return next();
      case "anonymous":
        return options.allowAnonymous === true ? next() : forbid(response);
      case "refused":
        options.onRefused?.(verdict.reasons, request);
        return forbid(response);
    }
  };
}

/** The viewer that `requireViewer` has let through; undefined for an anonymous one, and where it did not run. */
export function viewerOf(request: IncomingMessage): Viewer | undefined {
  return viewers.get(request);
}

function forbid(response: ServerResponse): void {
  response.writeHead(403, { "content-type": "application/problem+json", "cache-control": "no-store" });
  response.end('{"title":"Forbidden","status":403}');
}
