// One HTTP request of an admitted viewer: limits, forged headers off, viewer-request function, origin, answer.
import { randomBytes } from "node:crypto";
import type { DistributionConfig } from "../distribution-config.ts";
import type { FunctionRuntime } from "../function-runtime/function-runtime.ts";
import { type EdgeAnswer, errorPage } from "./error-page.ts";
import { answer, type EdgeRequest, type EdgeResponse, hasBody } from "./exchange.ts";
import { forwardRequest, type Viewer } from "./forward-request.ts";
import type { OriginClient } from "./origin-client.ts";
import { pairsOf, withoutForgeries, withoutHopByHop } from "./strip-headers.ts";
import { type HeaderPair, isVisibleToFunctions } from "./viewer-headers.ts";
import { readFunctionAnswer, toViewerRequestEvent, type ViewerRequest } from "./viewer-request-event.ts";

export type HttpContext = {
  readonly distribution: DistributionConfig;
  /** The origin of the cache behaviour that the viewer's URL falls under. */
  readonly originFor: (url: string) => OriginClient;
  readonly viewerRequestFunction: FunctionRuntime | undefined;
  readonly onFunctionLog: (functionName: string, line: string) => void;
};

/** Quotas page: longest URL, and longest request head in octets. */
export const maxUrlBytes = 8192;
export const maxHeaderBytes = 32_768;
const allowedMethods = new Set(["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]);

export async function handleRequest(
  context: HttpContext,
  viewer: Viewer,
  request: EdgeRequest,
  response: EdgeResponse,
): Promise<void> {
  const requestId = `${randomBytes(40).toString("base64url")}==`;
  const sent = pairsOf(request.rawHeaders);
  const refusal = refuseRequest(request, sent, requestId);
  if (refusal !== undefined) return answer(response, refusal);
  const own = withoutForgeries(withoutHopByHop(sent));
  const decided = runViewerRequest(context, viewer, requestId, {
    method: request.method ?? "GET",
    target: request.url ?? "/",
    headers: own,
  });
  if ("status" in decided) return answer(response, decided);
  // By the URL as the viewer sent it: a function may change the URL, and not the behaviour.
  const origin = context.originFor(request.url ?? "/");
  await forwardRequest({ ...context, origin, viewer, requestId, decided, request, response });
}

function refuseRequest(
  request: EdgeRequest,
  sent: readonly HeaderPair[],
  id: string,
): EdgeAnswer | undefined {
  const url = request.url ?? "";
  const method = request.method ?? "";
  const size = sent.reduce(
    (sum, [name, value]) => sum + name.length + value.length + 4,
    url.length + method.length,
  );
  if (Buffer.byteLength(url) > maxUrlBytes) return errorPage(414, "The request URL is too long.", id);
  if (size > maxHeaderBytes) return errorPage(494, "Bad request. The request headers are too long.", id);
  if (!url.startsWith("/")) return errorPage(400, "Bad request.", id);
  if (!allowedMethods.has(method)) return errorPage(403, "The HTTP method is not allowed.", id);
  // Documented: a GET with a body is answered 403. It is also the classic way to smuggle a request to the origin.
  return hasBody(request) && /^(GET|HEAD)$/.test(method) ? errorPage(403, "Bad request.", id) : undefined;
}

/** The request to forward, or the answer that ends it here. */
function runViewerRequest(
  { distribution, viewerRequestFunction, onFunctionLog }: HttpContext,
  viewer: Viewer,
  requestId: string,
  request: ViewerRequest,
): ViewerRequest | EdgeAnswer {
  if (viewerRequestFunction === undefined) return request;
  const visible = viewer.certificatePairs.filter(([name]) => isVisibleToFunctions(name));
  const event = toViewerRequestEvent(
    { ...request, headers: [...request.headers, ...visible] },
    {
      requestId,
      clientIp: viewer.ip,
      distributionId: distribution.id,
      distributionDomainName: distribution.domainName,
    },
  );
  const run = viewerRequestFunction.invoke(event);
  for (const line of run.logs) onFunctionLog(viewerRequestFunction.name, line);
  if (run.end.kind === "failed") {
    const text =
      "The CloudFront function associated with the CloudFront distribution is invalid or could not run.";
    return errorPage(503, text, requestId, "FunctionExecutionError from cloudfront");
  }
  const result = readFunctionAnswer(run.end.value);
  switch (result.kind) {
    case "response":
      return result.answer;
    case "request":
      // A function cannot speak for the edge either: what it returns goes through the same filters.
      return {
        ...request,
        ...result,
        headers: withoutForgeries(withoutHopByHop(result.headers)),
      };
    case "invalid":
      return errorPage(
        502,
        "The function returned an invalid value.",
        requestId,
        "FunctionValidationError from cloudfront",
      );
  }
}
