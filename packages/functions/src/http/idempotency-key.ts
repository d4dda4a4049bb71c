// The header by which a caller marks its retries.
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { idempotencyKeySchema } from "#core/enrolment/request.ts";
import { fail } from "#core/error.ts";
import { findingsOf } from "./json-body.ts";

/** Refuses with `request.malformed`. */
export function readIdempotencyKey(event: APIGatewayProxyEventV2): string | undefined {
  const key = idempotencyKeySchema.optional().safeParse(event.headers["idempotency-key"]);
  if (key.success) return key.data;
  const findings = findingsOf(key.error).map(finding => ({
    ...finding,
    pointer: "",
    code: "idempotency_key.malformed",
  }));
  return fail("request.malformed", { findings });
}
