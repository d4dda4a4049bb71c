// The stack every HTTP route shares: one problem body for every fault, one log line per request, plain results in.
import middy from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { fail } from "#core/error.ts";
import { type Logger, rootLogger } from "../log.ts";
import { type ProblemResponse, toProblemResponse } from "./problem.ts";

export type HttpResult = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
} & (
  | { readonly body: unknown }
  /** Sent as it is; `body` is sent as JSON. */
  | { readonly text: string; readonly mediaType: string }
);

export type RouteContext = { readonly requestId: string; readonly logger: Logger };
export type Route = (event: APIGatewayProxyEventV2, context: RouteContext) => Promise<HttpResult>;
export type HttpHandler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** Wraps a route as a Lambda handler for HTTP API payload 2.0. */
export function httpHandler(name: string, route: Route): HttpHandler {
  const logger = rootLogger.createChild({ persistentKeys: { route: name } });
  return (
    middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
      // Attached first: middy runs onError backwards, so this one has the last word on every failure.
      .use({
        onError: request => {
          const requestId = requestIdOf(request.event);
          request.response = logged(logger, requestId, request.error);
        },
      })
      .handler(async event => {
        const requestId = requestIdOf(event);
        refuseLongNames(event);
        const result = await route(event, { requestId, logger });
        logger.info("request", { requestId, status: result.status });
        const [mediaType, body] =
          "text" in result
            ? [result.mediaType, result.text]
            : ["application/json", JSON.stringify(result.body)];
        return {
          statusCode: result.status,
          headers: { "content-type": mediaType, "cache-control": "no-store", ...result.headers },
          body,
        };
      }) as HttpHandler
  );
}

/** Nothing of ours has a longer name. */
const longestName = 256;

/** A sort key of DynamoDB holds 1,024 bytes, and a read with a longer one fails: what cannot exist is not looked for. */
function refuseLongNames({ pathParameters }: APIGatewayProxyEventV2): void {
  const names = Object.values(pathParameters ?? {});
  if (names.some(name => (name?.length ?? 0) > longestName)) fail("resource.not_found", { kind: "route" });
}

/** A refusal is the caller's business and logged as such; anything from 500 up is ours. The body is never logged. */
function logged(
  logger: Logger,
  requestId: string,
  error: unknown,
): ProblemResponse & { headers: Record<string, string> } {
  const response = toProblemResponse(error, requestId);
  const code = JSON.parse(response.body).code as string;
  if (response.statusCode >= 500) logger.error("request failed", { requestId, code, error: error as Error });
  else logger.info("request refused", { requestId, status: response.statusCode, code });
  return { ...response, headers: { ...response.headers } };
}

function requestIdOf(event: unknown): string {
  // A malformed event is a bug of the gateway's, but the answer to it is still a problem document.
  const { requestContext } = event as { requestContext?: { requestId?: string } };
  return requestContext?.requestId ?? "unknown";
}
