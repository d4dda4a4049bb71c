// Every refusal the domain can express: a closed union of codes, the typed data each carries, one constructor.
// HTTP status, retry policy and prose live at the rim (functions/src/http/problem.ts).

export type Finding = {
  /** Stable machine name, such as `csr.signature_invalid`. */
  readonly code: string;
  /** One sentence, safe to show to the caller. */
  readonly detail: string;
  /** JSON Pointer into the request body (RFC 6901). */
  readonly pointer: string;
};

export type ErrorData = {
  "request.malformed": { readonly findings: readonly Finding[] };
  "request.too_large": { readonly limitBytes: number };
  "request.media_type_unsupported": { readonly expected: string };
  "caller.unauthenticated": { readonly reason: string };
  /** The issuer of operators' tokens does not answer: nothing is known about the caller, for now. */
  "caller.unverifiable": { readonly retryAfterSeconds: number };
  "caller.forbidden": { readonly reason: string };
  "resource.not_found": {
    readonly kind:
      | "authority"
      | "certificate"
      | "claim"
      | "enrolment"
      | "job"
      | "lot"
      | "plan"
      | "problem"
      | "profile"
      | "rotation"
      | "rule"
      | "sender"
      | "route"
      | "webhook";
  };
  /** Every certificate that the claim is for has been asked for. */
  "claim.exhausted": { readonly claimId: string };
  "claim.inactive": { readonly claimId: string; readonly reason: "disabled" | "expired" };
  "profile.built_in": { readonly name: string };
  /** A change that expects another version than there is; 0: none. */
  "resource.changed": { readonly version: number };
  "certificate.ambiguous": { readonly ids: readonly string[] };
  "enrolment.refused": { readonly findings: readonly Finding[] };
  "enrolment.key_in_use": { readonly spkiSha256: string };
  "enrolment.key_blocked": { readonly spkiSha256: string };
  "enrolment.failed": { readonly enrolmentId: string };
  "idempotency.conflict": { readonly belongsTo: string };
  "lot.revoked": { readonly lot: string };
  /** The certificate's lineage ends here, or a person must look at it. */
  "renewal.refused": { readonly reason: string };
  /** `start` is when its window opens. */
  "renewal.too_early": { readonly retryAfterSeconds: number; readonly start: Date };
  /** `successor` is a certificate, or the enrolment that one will come of. */
  "renewal.exists": { readonly successor: string };
  /** Another rotation of the same certificates is under way. */
  "rotation.exists": { readonly rotationId: string };
  /** It has ended: nothing of it can be changed. */
  "rotation.ended": { readonly state: string };
  /** Its certificates are still being counted. */
  "plan.not_counted": { readonly planId: string };
  "plan.not_approved": { readonly planId: string };
  "plan.own_approval": { readonly planId: string };
  /** Plans end a day after they were made. */
  "plan.expired": { readonly planId: string };
  /** The hash is not the plan's, or the plan's certificates are not the selector's any more. */
  "plan.changed": { readonly planId: string; readonly why: string };
  /** It is past what is asked of it. */
  "plan.settled": { readonly planId: string; readonly state: string };
  /** It has certificates: its size is settled, and a manifest would come too late. */
  "lot.started": { readonly lot: string };
  /** The call's time was over before this line of it was answered: it is sent again, and what was recorded is found. */
  "lot.line_unanswered": { readonly retryAfterSeconds: number };
  "authority.unavailable": { readonly retryAfterSeconds: number; readonly reason: string };
  "ca.throttled": { readonly retryAfterSeconds: number };
  "ca.unavailable": { readonly retryAfterSeconds: number };
  "ca.exhausted": { readonly retryAfterSeconds: number };
  "ca.request_rejected": { readonly reason: string };
  "registry.busy": { readonly retryAfterSeconds: number };
  "registry.unavailable": { readonly retryAfterSeconds: number };
  "edge_store.contended": { readonly retryAfterSeconds: number };
  "edge_store.full": { readonly retryAfterSeconds: number };
  "edge_store.unavailable": { readonly retryAfterSeconds: number };
  "trust_store.unavailable": { readonly retryAfterSeconds: number };
  "authority.exists": { readonly authorityId: string };
  "authority.unsuitable": { readonly findings: readonly Finding[] };
  /** It revokes, is not applied, or what it did is not as it left it. */
  "plan.not_liftable": { readonly reason: string };
  /** Its state is not one that can be held or resumed from. */
  "hold.refused": { readonly reason: string };
  /** No such change leads from its state. */
  "authority.wrong_state": { readonly authorityId: string; readonly state: string };
  /** What stands against a change of its state, all of it. */
  "authority.interlocked": { readonly findings: readonly Finding[] };
  "crl.refused": { readonly findings: readonly Finding[] };
  "event.malformed": { readonly findings: readonly Finding[] };
  /** It is well formed, and nobody said that such findings count. */
  "event.refused": { readonly reason: string };
  internal: Record<string, never>;
};

export type Code = keyof ErrorData;

/** The domain's only error class. Thrown by `fail`; `cause` keeps the dependency's error for the log. */
export class AppError<C extends Code = Code> extends Error {
  readonly code: C;
  readonly data: ErrorData[C];
  constructor(code: C, data: ErrorData[C], cause?: unknown) {
    super(code, { cause });
    this.name = "AppError";
    this.code = code;
    this.data = data;
  }
}

/** Refuses with `code`. Never returns. */
export function fail<C extends Code>(code: C, data: ErrorData[C], cause?: unknown): never {
  throw new AppError(code, data, cause);
}

/** Narrows an unknown error to one code. */
export function isAppError<C extends Code>(error: unknown, code: C): error is AppError<C> {
  return error instanceof AppError && error.code === code;
}

/** A broken invariant of our own: never caught except at the rim, where it becomes `internal`. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${message}`);
}
