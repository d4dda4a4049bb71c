// The connection from the edge to the origin: pooled, with the origin mTLS certificate when there is one.
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Readable } from "node:stream";
import type { OriginConfig } from "../distribution-config.ts";
import type { HeaderPair } from "./viewer-headers.ts";

export type OriginRequest = {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly HeaderPair[];
  /** undefined: the request has no body. */
  readonly body: Readable | undefined;
  readonly signal: AbortSignal;
};

/** No first octet of an answer in time: CloudFront's 504. */
export class OriginTimeoutError extends Error {}

export type OriginClient = {
  /** `Host` of the origin, as CloudFront sends it. */
  readonly host: string;
  /** Resolves with the head; the body streams. Rejects with OriginTimeoutError or the connection's own error. */
  readonly send: (request: OriginRequest) => Promise<IncomingMessage>;
  readonly close: () => void;
};

const defaultResponseTimeoutSeconds = 30;
/** CloudFront's default keep-alive timeout: an origin had better keep connections longer. */
const idleMs = 5_000;

export function createOriginClient(origin: OriginConfig): OriginClient {
  const base = new URL(origin.url);
  const secure = base.protocol === "https:";
  const trust = origin.ca === undefined ? {} : { ca: origin.ca };
  const pool = { keepAlive: true, timeout: idleMs };
  const agent = secure ? new HttpsAgent({ ...pool, ...trust }) : new HttpAgent(pool);
  // Asked for at each request. The pool tells connections apart by their certificate, so a replaced one opens new ones.
  const clientCertificate = () => {
    const presented = origin.clientCertificate?.();
    return presented === undefined ? {} : { key: presented.key, cert: presented.certificate };
  };
  const timeout = (origin.responseTimeoutSeconds ?? defaultResponseTimeoutSeconds) * 1000;
  const prefix = base.pathname.replace(/\/$/, "");

  const attempt = (request: OriginRequest): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { method, headers, body, signal } = request;
      const outgoing = (secure ? httpsRequest : httpRequest)(
        {
          agent,
          ...clientCertificate(),
          method,
          signal,
          host: base.hostname,
          port: base.port,
          path: prefix + request.target,
          headers: headers.flat(),
        },
        answer => {
          outgoing.setTimeout(0);
          resolve(answer);
        },
      );
      outgoing.setTimeout(timeout, () => outgoing.destroy(new OriginTimeoutError("no answer in time")));
      outgoing.on("error", error => {
        // A pooled connection that the origin closed just now says nothing about the origin: once more, if repeatable.
        const stale =
          outgoing.reusedSocket && body === undefined && "code" in error && error.code === "ECONNRESET";
        if (stale && !signal.aborted) attempt(request).then(resolve, reject);
        else reject(error);
      });
      if (body === undefined) outgoing.end();
      else body.pipe(outgoing);
    });
  return { host: base.host, send: attempt, close: () => agent.destroy() };
}
