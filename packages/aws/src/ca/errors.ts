// PCA's exceptions as the domain's refusals. Meaning and retry decision per exception: aws-services facts, 1.5.
import { AppError } from "#core/error.ts";

export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

type Treatment = "throttled" | "unavailable" | "exhausted" | "rejected";

const treatments: Readonly<Record<string, Treatment>> = {
  ThrottlingException: "throttled",
  TooManyRequestsException: "throttled",
  RequestInProgressException: "unavailable",
  ConcurrentModificationException: "unavailable",
  InvalidStateException: "unavailable",
  RequestFailedException: "unavailable",
  OtherException: "unavailable",
  InternalFailure: "unavailable",
  ServiceUnavailable: "unavailable",
  TimeoutError: "unavailable",
  // A role that has just changed is refused until IAM has told everybody.
  AccessDeniedException: "unavailable",
  // A count quota of the CA is used up: never retried by itself.
  LimitExceededException: "exhausted",
  MalformedCSRException: "rejected",
  InvalidArgsException: "rejected",
  ValidationException: "rejected",
};

/** Unknown errors pass through: they are ours, and become `internal` at the rim. Lost connections count as unavailable. */
export function translateCaError(error: unknown): unknown {
  const treatment = treatments[errorName(error)] ?? (isConnectionError(error) ? "unavailable" : undefined);
  switch (treatment) {
    case "throttled":
      return new AppError("ca.throttled", { retryAfterSeconds: 5 }, error);
    case "unavailable":
      return new AppError("ca.unavailable", { retryAfterSeconds: 10 }, error);
    case "exhausted":
      return new AppError("ca.exhausted", { retryAfterSeconds: 300 }, error);
    case "rejected":
      return new AppError("ca.request_rejected", { reason: errorName(error) }, error);
    default:
      return error;
  }
}

const connectionErrors = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

function isConnectionError(error: unknown): boolean {
  return error instanceof Error && connectionErrors.has(String((error as NodeJS.ErrnoException).code));
}
