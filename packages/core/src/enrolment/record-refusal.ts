// The record of a refusal. Every decision about a known caller's request leaves one (threat A5): accepted ones in the
// transaction of the intent, refused ones here, before the answer. Unknown callers are logged only: there is nobody to
// name, and a stranger must not be able to make us write.
import type { AuditAction, AuditRecord } from "#core/audit.ts";
import { actorOf, type Caller } from "#core/caller.ts";
import { AppError, type Code, fail } from "#core/error.ts";
import { enrolmentRefused, type OutgoingEvent } from "#core/event/outgoing.ts";
import { sha256Fields } from "#core/sha256.ts";

export type RefusalRegistry = {
  /** The record, and the event unless one of the same tenant and code went out within the minute. */
  readonly recordRefusal: (audit: AuditRecord, event: OutgoingEvent) => Promise<void>;
};

export type RefusalDeps = { readonly refusals: RefusalRegistry; readonly now: () => Date };

type About = {
  readonly caller: Caller;
  readonly requestId: string;
  /** Tells apart what one call asks for: the line of a lot's. */
  readonly part?: string;
  readonly action?: Extract<AuditAction, `${string}.refused`>;
};

/** What is known of a request by the time it is refused. */
export type Noted = {
  readonly enrolmentId?: string;
  readonly tenant?: string | undefined;
  readonly facts?: Readonly<Record<string, string | undefined>>;
};

// Refusals by circumstance, which a repetition may change, and answers that repeat an earlier decision.
const noDecisions: readonly Code[] = [
  "internal",
  "resource.not_found",
  "enrolment.failed",
  "ca.request_rejected",
];

/**
 * Does the work, which notes what it learns of the request. A refusal is recorded before it is passed on; when that
 * fails, the caller hears `registry.busy` and repeats: nobody is refused without a record.
 */
export async function recordingRefusals<T>(
  deps: RefusalDeps,
  about: About,
  work: (note: (more: Noted) => void) => Promise<T>,
): Promise<T> {
  let noted: Noted = {};
  try {
    return await work(more => {
      noted = { ...noted, ...more, facts: { ...noted.facts, ...more.facts } };
    });
  } catch (error) {
    if (isDecision(error)) await record(deps, about, noted, error);
    throw error;
  }
}

function isDecision(error: unknown): error is AppError {
  return (
    error instanceof AppError && !noDecisions.includes(error.code) && !("retryAfterSeconds" in error.data)
  );
}

async function record(deps: RefusalDeps, about: About, noted: Noted, error: AppError): Promise<void> {
  const { caller, requestId, part = "", action = "enrolment.refused" } = about;
  const tenant = noted.tenant ?? (caller.kind === "operator" ? undefined : caller.tenant);
  const digest = await sha256Fields(requestId, part, JSON.stringify(noted.facts ?? {}));
  const audit: AuditRecord = {
    subject: noted.enrolmentId ?? `req_${digest.slice(0, 32)}`,
    action,
    actor: actorOf(caller),
    ...(tenant === undefined ? {} : { tenant }),
    requestId,
    at: deps.now(),
    facts: { ...bounded({ ...actorFacts(caller), ...noted.facts }), ...reasonOf(error) },
  };
  try {
    await deps.refusals.recordRefusal(audit, enrolmentRefused(audit));
  } catch (cause) {
    fail("registry.busy", { retryAfterSeconds: 1 }, cause);
  }
}

/** The certificate that asked, by its fingerprint: ids of certificates tell nothing to whoever holds the file. */
export function actorFacts(caller: Caller): Readonly<Record<string, string>> {
  return caller.kind === "certificate" ? { actorSha256: caller.sha256 } : {};
}

function reasonOf({ code, data }: AppError): Readonly<Record<string, string>> {
  const findings = "findings" in data ? data.findings.map(finding => finding.code) : [];
  return bounded({
    code,
    reason: "reason" in data ? data.reason : undefined,
    claim: "claimId" in data ? data.claimId : undefined,
    findings: findings.length === 0 ? undefined : [...new Set(findings)].join(" "),
  });
}

/** Some of it is the caller's text: no record grows with what is posted. */
const longestFact = 1_024;

function bounded(facts: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value.slice(0, longestFact)]],
    ),
  );
}
