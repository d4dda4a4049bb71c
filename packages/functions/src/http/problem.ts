// The one place where a refusal becomes an HTTP answer: application/problem+json, RFC 9457.
import { AppError, type Code, type ErrorData, type Finding } from "#core/error.ts";

type Row<C extends Code> = {
  readonly status: number;
  readonly title: string;
  /** A sentence made of the code's data; safe to show. */
  readonly detail: (data: ErrorData[C]) => string | undefined;
};

const busy = (data: { retryAfterSeconds: number }): string =>
  `Repeat the request in ${data.retryAfterSeconds} s; it is safe.`;
const count = (data: { findings: readonly Finding[] }): string =>
  data.findings.length === 1 ? "There is 1 finding." : `There are ${data.findings.length} findings.`;

const problems = {
  "request.malformed": { status: 400, title: "The request is malformed", detail: count },
  "request.too_large": {
    status: 413,
    title: "The request body is too large",
    detail: data => `At most ${data.limitBytes} bytes.`,
  },
  "request.media_type_unsupported": {
    status: 415,
    title: "The media type is not supported",
    detail: data => `Send ${data.expected}.`,
  },
  "caller.unauthenticated": { status: 401, title: "The caller is not known", detail: data => data.reason },
  "caller.unverifiable": { status: 503, title: "The caller cannot be verified now", detail: busy },
  "caller.forbidden": { status: 403, title: "The caller may not do this", detail: data => data.reason },
  // Somebody else's object answers the same: a 403 would tell that it exists (threat A2).
  "resource.not_found": {
    status: 404,
    title: "There is no such resource",
    detail: data => `No ${data.kind} answers to this name.`,
  },
  "claim.exhausted": {
    status: 403,
    title: "The claim is used up",
    detail: data => `${data.claimId} has none left; an operator can raise its count.`,
  },
  "claim.inactive": {
    status: 403,
    title: "The claim is not in force",
    detail: data => `${data.claimId} is ${data.reason}; an operator can change that.`,
  },
  "profile.built_in": {
    status: 409,
    title: "The profile is built in",
    detail: data => `${data.name} cannot be replaced; choose another name.`,
  },
  "resource.changed": {
    status: 409,
    title: "The resource is not what the change expects",
    detail: data =>
      data.version === 0
        ? "There is none to replace."
        : `It has version ${data.version} by now; read it again.`,
  },
  "certificate.ambiguous": {
    status: 409,
    title: "Several certificates have this name",
    detail: data => `Ask for one of ${data.ids.join(", ")}.`,
  },
  "enrolment.refused": { status: 422, title: "The certificate request is refused", detail: count },
  "enrolment.key_in_use": {
    status: 409,
    title: "The key belongs to another holder",
    detail: () => "Generate a key per holder.",
  },
  "enrolment.key_blocked": {
    status: 422,
    title: "The key is blocked",
    detail: () => "A key reported compromised is never certified again.",
  },
  "enrolment.failed": {
    status: 422,
    title: "The enrolment has failed",
    detail: () => "The CA refused the request; enrol with a new CSR.",
  },
  "idempotency.conflict": {
    status: 409,
    title: "The idempotency key was used for another request",
    detail: data => `It belongs to ${data.belongsTo}.`,
  },
  "lot.revoked": {
    status: 409,
    title: "The lot is revoked",
    detail: data => `Enrol under another lot than ${data.lot}.`,
  },
  "lot.started": {
    status: 409,
    title: "The lot has certificates already",
    detail: data => `The size and the manifest of ${data.lot} are settled before its first certificate.`,
  },
  "lot.line_unanswered": {
    status: 503,
    title: "The call ended before this line had its answer",
    detail: busy,
  },
  "renewal.refused": {
    status: 409,
    title: "The certificate cannot be renewed",
    detail: data => data.reason,
  },
  "renewal.too_early": {
    status: 409,
    title: "The renewal window is not open yet",
    detail: data => `It opens at ${data.start.toISOString()}; an operator can move it.`,
  },
  "renewal.exists": {
    status: 409,
    title: "The certificate has been renewed",
    detail: data => `Its successor is ${data.successor}.`,
  },
  "rotation.exists": {
    status: 409,
    title: "These certificates are being rotated",
    detail: data => `${data.rotationId} is under way; it can be aborted.`,
  },
  "rotation.ended": {
    status: 409,
    title: "The rotation has ended",
    detail: data => `It is ${data.state}; a new one can be started.`,
  },
  "plan.not_counted": {
    status: 409,
    title: "The plan is not counted yet",
    detail: data => `Read ${data.planId} until it is counted.`,
  },
  "plan.not_approved": {
    status: 409,
    title: "The plan is not approved",
    detail: data => `Somebody other than the author of ${data.planId} has to approve it.`,
  },
  "plan.own_approval": {
    status: 403,
    title: "Nobody approves a plan of their own",
    detail: data => `Somebody other than the author of ${data.planId} has to approve it.`,
  },
  "plan.expired": {
    status: 409,
    title: "The plan has expired",
    detail: data => `${data.planId} cannot be applied any more; make a new one.`,
  },
  "plan.changed": { status: 409, title: "The plan is not what is to be applied", detail: data => data.why },
  "plan.not_liftable": {
    status: 409,
    title: "The plan cannot be lifted",
    detail: data => `Nothing was lifted: ${data.reason}.`,
  },
  "hold.refused": {
    status: 409,
    title: "The certificate cannot be held or resumed",
    detail: data => `Nothing was changed: ${data.reason}.`,
  },
  "plan.settled": {
    status: 409,
    title: "The plan is past that",
    detail: data => `${data.planId} is ${data.state}.`,
  },
  "authority.unavailable": { status: 503, title: "No authority can issue now", detail: data => data.reason },
  "authority.exists": {
    status: 409,
    title: "The authority id is taken",
    detail: data => `${data.authorityId} is registered; ids are never reused.`,
  },
  "authority.unsuitable": { status: 422, title: "The CA cannot be an authority", detail: count },
  "authority.wrong_state": {
    status: 409,
    title: "The authority is in another state",
    detail: data => `${data.authorityId} is ${data.state}; this change does not lead on from there.`,
  },
  "authority.interlocked": { status: 409, title: "Something stands against the change", detail: count },
  "ca.throttled": { status: 503, title: "The CA is at its rate limit", detail: busy },
  "ca.unavailable": { status: 503, title: "The CA does not answer", detail: busy },
  "ca.exhausted": { status: 503, title: "The CA has used up its certificates", detail: busy },
  "ca.request_rejected": { status: 422, title: "The CA refused the request", detail: () => undefined },
  "registry.busy": { status: 503, title: "The registry is busy", detail: busy },
  "registry.unavailable": { status: 503, title: "The registry does not answer", detail: busy },
  "edge_store.contended": { status: 503, title: "The edge store is busy", detail: busy },
  "edge_store.full": { status: 503, title: "The edge store is full", detail: busy },
  "edge_store.unavailable": { status: 503, title: "The edge store does not answer", detail: busy },
  "trust_store.unavailable": { status: 503, title: "The trust store does not answer", detail: busy },
  "crl.refused": { status: 422, title: "The revocation list is refused", detail: count },
  "event.malformed": { status: 400, title: "The event is malformed", detail: count },
  "event.refused": { status: 403, title: "No rule is for such events", detail: data => data.reason },
  internal: { status: 500, title: "Something went wrong on our side", detail: () => undefined },
} as const satisfies { readonly [C in Code]: Row<C> };

export type ProblemResponse = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly code: Code;
  readonly errors?: readonly Finding[];
  /** A header where the problem is the whole answer. */
  readonly retryAfterSeconds?: number;
};

/** Every thrown value is a problem; what is not ours becomes `internal` and shows nothing. */
export function problemOf(error: unknown): Problem {
  const known: AppError = error instanceof AppError ? error : new AppError<Code>("internal", {}, error);
  // The row and the data are of the same code, which an index type cannot express.
  const row = problems[known.code] as Row<Code>;
  const data: ErrorData[Code] = known.data;
  const detail = row.detail(data);
  return {
    type: `/problems/${known.code}`,
    title: row.title,
    status: row.status,
    ...(detail === undefined ? {} : { detail }),
    code: known.code,
    ...("findings" in data ? { errors: data.findings } : {}),
    ...("retryAfterSeconds" in data ? { retryAfterSeconds: data.retryAfterSeconds } : {}),
  };
}

export function toProblemResponse(error: unknown, requestId: string): ProblemResponse {
  const { retryAfterSeconds, ...problem } = problemOf(error);
  const body = { ...problem, instance: `urn:edgecert:request:${requestId}` };
  const retryAfter = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  // RFC 9110, 11.6.1: a 401 says which scheme would do. A client certificate is none of HTTP's.
  const challenge = problem.status === 401 ? { "www-authenticate": "Bearer" } : {};
  return {
    statusCode: problem.status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...retryAfter,
      ...challenge,
    },
    body: JSON.stringify(body),
  };
}

export function statusOf(code: Code): number {
  return problems[code].status;
}

export function titleOf(code: Code): string {
  return problems[code].title;
}

// The table has a row per code and no other.
export const problemCodes = Object.keys(problems) as readonly Code[];
