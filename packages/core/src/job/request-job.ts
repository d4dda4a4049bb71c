// Runs of the scheduled jobs by hand: an operator asks, the request is recorded, and its event starts the same function
// that the schedule starts. A job may be started twice; every one of them bears it.
import type { AuditRecord } from "#core/audit.ts";
import { actorOf, type Caller, requireScope, type Scope } from "#core/caller.ts";
import { fail } from "#core/error.ts";
import { isoSeconds, type OutgoingEvent } from "#core/event/outgoing.ts";

// By the name of its function: the scope that a run needs beside `certificates:write`. What deals with the edge store, a
// CA or the origin's certificate is for those who may change authorities, as its own route is where it has one.
const jobScopes = {
  "advance-plans": undefined,
  "advance-rotations": undefined,
  "age-out-pages": "authorities:write",
  "backfill-ca": undefined,
  "count-plans": undefined,
  "follow-order": undefined,
  "maintain-trust-store": "authorities:write",
  "reconcile-ca": "authorities:write",
  "reconcile-edge": "authorities:write",
  "rehearse-authorities": "authorities:write",
  "resume-enrolments": undefined,
  "rotate-origin-certificate": "authorities:write",
  "sweep-due": undefined,
} as const satisfies Record<string, Scope | undefined>;

export type JobName = keyof typeof jobScopes;

// The keys of a literal are its type's, which `Object.keys` does not say.
export const jobNames = Object.keys(jobScopes) as [JobName, ...JobName[]];

export type JobRequests = {
  /** One transaction. The same request again changes nothing. */
  readonly recordRequest: (audit: AuditRecord, event: OutgoingEvent) => Promise<void>;
};

export type RequestJobDeps = { readonly jobs: JobRequests; readonly now: () => Date };

type Asked = { readonly caller: Caller; readonly job: string; readonly requestId: string };

export const jobRequestedDetailType = "Job Run Requested";

/** Answers before the job begins. Refusals: `caller.forbidden`, `resource.not_found`, `registry.busy`. */
export async function requestJob(
  deps: RequestJobDeps,
  { caller, job, requestId }: Asked,
): Promise<{ readonly job: JobName }> {
  requireScope(caller, "certificates:write");
  const name = jobNames.find(candidate => candidate === job);
  if (name === undefined) return fail("resource.not_found", { kind: "job" });
  const scope = jobScopes[name];
  if (scope !== undefined) requireScope(caller, scope);
  await startJob(deps, name, { actor: actorOf(caller), requestId });
  return { job: name };
}

/** For a job that has more to do than one run holds: what it leaves is gone on with at once. */
export async function startJob(
  { jobs, now }: RequestJobDeps,
  job: JobName,
  { actor, requestId }: { readonly actor: string; readonly requestId: string },
): Promise<void> {
  const at = now();
  await jobs.recordRequest(
    { subject: job, action: "job.requested", actor, requestId, at, facts: {} },
    jobRequested(job, { actor, requestId, at }),
  );
}

/** The event that starts a job, for a transaction that leaves the job something to do. */
export function jobRequested(
  job: JobName,
  { actor, requestId, at }: { readonly actor: string; readonly requestId: string; readonly at: Date },
): OutgoingEvent {
  return {
    detailType: jobRequestedDetailType,
    detail: { version: "1", job, actor, requestId, requestedAt: isoSeconds(at) },
  };
}
