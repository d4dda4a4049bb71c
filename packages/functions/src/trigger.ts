// What a failure means to a trigger that is not HTTP: drop it, deliver it again, or put it before a person.
import { AppError, type Code } from "#core/error.ts";

export type Treatment = "drop" | "retry" | "dead_letter";

export const treatments = {
  "request.malformed": "dead_letter",
  "request.too_large": "dead_letter",
  "request.media_type_unsupported": "dead_letter",
  "caller.unauthenticated": "dead_letter",
  "caller.unverifiable": "retry",
  "caller.forbidden": "dead_letter",
  "resource.not_found": "dead_letter",
  "claim.exhausted": "drop",
  "claim.inactive": "drop",
  "profile.built_in": "dead_letter",
  "resource.changed": "drop",
  "certificate.ambiguous": "dead_letter",
  "enrolment.refused": "drop",
  "enrolment.key_in_use": "drop",
  "enrolment.key_blocked": "drop",
  // The enrolment's own row says so; nothing is owed.
  "enrolment.failed": "drop",
  "idempotency.conflict": "drop",
  "lot.revoked": "drop",
  "renewal.refused": "drop",
  "renewal.too_early": "drop",
  "renewal.exists": "drop",
  "rotation.exists": "drop",
  "rotation.ended": "drop",
  "plan.not_counted": "retry",
  "plan.not_approved": "drop",
  "plan.own_approval": "drop",
  "plan.expired": "drop",
  "plan.not_liftable": "drop",
  "hold.refused": "drop",
  "plan.changed": "drop",
  "plan.settled": "drop",
  "lot.started": "drop",
  "lot.line_unanswered": "retry",
  "authority.unavailable": "retry",
  "authority.exists": "drop",
  "authority.unsuitable": "dead_letter",
  "authority.wrong_state": "drop",
  "authority.interlocked": "drop",
  "ca.throttled": "retry",
  "ca.unavailable": "retry",
  "ca.exhausted": "retry",
  "ca.request_rejected": "dead_letter",
  "registry.busy": "retry",
  "registry.unavailable": "retry",
  "edge_store.contended": "retry",
  "edge_store.full": "retry",
  "edge_store.unavailable": "retry",
  "trust_store.unavailable": "retry",
  "crl.refused": "drop",
  "event.malformed": "dead_letter",
  "event.refused": "dead_letter",
  internal: "retry",
} as const satisfies Record<Code, Treatment>;

/** What is not one of our refusals is a fault that may pass. */
export function treatmentOf(error: unknown): Treatment {
  const refusal: AppError | undefined = error instanceof AppError ? error : undefined;
  return treatments[refusal?.code ?? "internal"];
}
