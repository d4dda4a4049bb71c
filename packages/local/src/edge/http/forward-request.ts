// Sends a viewer's request on to the origin and streams the answer back; bodies never rest here.
import { pipeline } from "node:stream/promises";
import type { DistributionConfig, ViewerCertificateHeader } from "../distribution-config.ts";
import { errorPage } from "./error-page.ts";
import { answer, type EdgeRequest, type EdgeResponse, hasBody, sendHead } from "./exchange.ts";
import { type OriginClient, OriginTimeoutError } from "./origin-client.ts";
import { pairsOf, withoutHopByHop } from "./strip-headers.ts";
import type { HeaderPair } from "./viewer-headers.ts";
import type { ViewerRequest } from "./viewer-request-event.ts";

export type Viewer = {
  readonly ip: string;
  readonly port: number;
  readonly certificatePairs: readonly (readonly [ViewerCertificateHeader, string])[];
};

export type Forwarding = {
  readonly distribution: DistributionConfig;
  readonly origin: OriginClient;
  readonly viewer: Viewer;
  readonly requestId: string;
  /** What the viewer asked for after the filters and the viewer-request function. */
  readonly decided: ViewerRequest;
  readonly request: EdgeRequest;
  readonly response: EdgeResponse;
};

/** Settles when the answer is out or the exchange is broken off; never rejects for the origin's faults. */
export async function forwardRequest(forwarding: Forwarding): Promise<void> {
  const { distribution, origin, requestId, decided, request, response } = forwarding;
  const abort = new AbortController();
  response.once("close", () => abort.abort());
  const via = `${request.httpVersion} ${distribution.id.toLowerCase()}.cloudfront.net (CloudFront)`;
  try {
    const received = await origin.send({
      method: decided.method,
      target: decided.target,
      headers: originHeaders(forwarding, via),
      body: hasBody(request) ? request : undefined,
      signal: abort.signal,
    });
    const own = [
      ["x-cache", "Miss from cloudfront"] as const,
      ["via", via] as const,
      ["x-amz-cf-id", requestId] as const,
    ];
    const kept = withoutHopByHop(pairsOf(received.rawHeaders));
    sendHead(response, received.statusCode ?? 502, grouped([...kept, ...own]));
    await pipeline(received, response);
  } catch (error) {
    if (response.headersSent || abort.signal.aborted) return void response.destroy();
    answer(response, originFault(error, requestId));
  }
}

function originFault(error: unknown, requestId: string) {
  return error instanceof OriginTimeoutError
    ? errorPage(504, "CloudFront wasn't able to get a response from the origin in time.", requestId)
    : errorPage(502, "CloudFront wasn't able to connect to the origin.", requestId);
}

const replacedByEdge = new Set(["host", "via", "content-length", "x-forwarded-for"]);

function originHeaders(forwarding: Forwarding, via: string): readonly HeaderPair[] {
  const { distribution, origin, viewer, requestId, decided, request } = forwarding;
  const isForwardedFor = ([name]: HeaderPair) => name.toLowerCase() === "x-forwarded-for";
  const forwardedFor = decided.headers.filter(isForwardedFor).map(([, value]) => value);
  return [
    ["Host", origin.host],
    ["Via", via],
    ["X-Amz-Cf-Id", requestId],
    ...framing(request),
    ...decided.headers.filter(([name]) => !replacedByEdge.has(name.toLowerCase())),
    ["X-Forwarded-For", [...forwardedFor, viewer.ip].join(", ")],
    ["CloudFront-Viewer-Address", `${viewer.ip}:${viewer.port}`],
    ...viewer.certificatePairs.filter(([name]) => distribution.forwardHeaders?.includes(name) ?? true),
  ];
}

/** Length from the viewer, or chunks: never a body without either, which an origin would read as the next request. */
function framing(request: EdgeRequest): readonly HeaderPair[] {
  const length = request.headers["content-length"];
  if (length !== undefined) return [["Content-Length", length]];
  return hasBody(request) ? [["Transfer-Encoding", "chunked"]] : [];
}

function grouped(pairs: readonly HeaderPair[]): Record<string, string[]> {
  const headers: Record<string, string[]> = {};
  for (const [name, value] of pairs) {
    const key = name.toLowerCase();
    headers[key] = [...(headers[key] ?? []), value];
  }
  return headers;
}
