// What follows a failed delivery: another attempt and when, or the end and under which condition. Pure.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
import type { Target } from "../input.ts";

export type Failure = {
  /** One of the ERROR_CODE values that dead letters carry. */
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
};

export type ExhaustedCondition = "MaximumRetryAttempts" | "MaximumEventAgeInSeconds";

export type NextStep =
  | { readonly kind: "retry"; readonly atMs: number }
  /** Without a condition: the failure is one that no retry mends. */
  | { readonly kind: "give-up"; readonly condition: ExhaustedCondition | undefined };

export type Attempted = {
  readonly target: Pick<Target, "RetryPolicy">;
  readonly acceptedAtMs: number;
  /** Attempts made so far, the failed one included. */
  readonly attempts: number;
  readonly nowMs: number;
  /** 0 to 1, random. */
  readonly jitter: number;
};

// EventBridge does not publish its intervals. 185 attempts fill its 24 hours when the longest is about 8 minutes.
const firstDelayMs = 1000;
const longestDelayMs = 480_000;

export function afterFailure(failure: Failure, attempted: Attempted): NextStep {
  const { RetryPolicy: policy } = attempted.target;
  if (!failure.retryable) return { kind: "give-up", condition: undefined };
  if (attempted.attempts > (policy?.MaximumRetryAttempts ?? 185)) {
    return { kind: "give-up", condition: "MaximumRetryAttempts" };
  }
  const deadlineMs = attempted.acceptedAtMs + (policy?.MaximumEventAgeInSeconds ?? 86_400) * 1000;
  if (attempted.nowMs >= deadlineMs) return { kind: "give-up", condition: "MaximumEventAgeInSeconds" };
  const ceilingMs = Math.min(firstDelayMs * 2 ** (attempted.attempts - 1), longestDelayMs);
  const delayMs = ceilingMs / 2 + (ceilingMs / 2) * attempted.jitter;
  return { kind: "retry", atMs: Math.min(attempted.nowMs + Math.round(delayMs), deadlineMs) };
}

type Kind = Pick<Failure, "code" | "retryable">;
const noResource: Kind = { code: "NO_RESOURCE", retryable: false };
const noPermissions: Kind = { code: "NO_PERMISSIONS", retryable: false };
const throttling: Kind = { code: "THROTTLING", retryable: true };
const timeout: Kind = { code: "TIMEOUT", retryable: true };
const connection: Kind = { code: "CONNECTION_FAILURE", retryable: true };

/** By the name or the system code of the error that the target's own API answers. */
const kinds: ReadonlyMap<string, Kind> = new Map([
  ["ResourceNotFoundException", noResource],
  ["QueueDoesNotExist", noResource],
  ["AccessDeniedException", noPermissions],
  ["ThrottlingException", throttling],
  ["TooManyRequestsException", throttling],
  ["TimeoutError", timeout],
  ["ETIMEDOUT", timeout],
  ["ECONNREFUSED", connection],
  ["ECONNRESET", connection],
]);

/** An error nobody knows is worth a retry: losing an event for good is the worse mistake. */
export function failureOf(error: unknown): Failure {
  const { name = "", code = "", message = String(error) } = detailsOf(error);
  const kind = kinds.get(name) ?? kinds.get(code) ?? { code: "ERROR_FROM_TARGET", retryable: true };
  return { ...kind, message };
}

function detailsOf(error: unknown): {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
} {
  if (!(error instanceof Error)) return {};
  const code: unknown = Reflect.get(error, "code");
  return { name: error.name, message: error.message, ...(typeof code === "string" ? { code } : {}) };
}
