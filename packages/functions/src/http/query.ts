// The query string of a route, refused as a body is: all findings at once. A finding names the parameter in its detail,
// since a JSON Pointer points into a body.
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { z } from "zod";
import { fail } from "#core/error.ts";
import { findingsOf } from "./json-body.ts";

/** Parameters as texts; one that comes twice is joined by the gateway with a comma. Refuses with `request.malformed`. */
export function parseQuery<S extends z.ZodType>(schema: S, event: APIGatewayProxyEventV2): z.infer<S> {
  const parsed = schema.safeParse(event.queryStringParameters ?? {});
  if (parsed.success) return parsed.data;
  const findings = findingsOf(parsed.error).map(({ code, detail, pointer }) => ({
    code,
    detail: `query parameter ${pointer.slice(1)}: ${detail}`,
    pointer: "",
  }));
  return fail("request.malformed", { findings });
}
