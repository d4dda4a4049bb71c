// The refusals of Invoke that more than one place makes.
import { AwsError } from "../wire/aws-json.ts";

/** An injected fault broke the connection: the caller gets no answer at all. */
export class ConnectionDroppedError extends Error {}

export function requestTooLarge(maxBytes: number): AwsError {
  const message = `Request must be smaller than ${maxBytes} bytes for the InvokeFunction operation`;
  return new AwsError("RequestTooLargeException", message, 413);
}

export function notFound(arn: string): AwsError {
  return new AwsError("ResourceNotFoundException", `Function not found: ${arn}`, 404);
}
