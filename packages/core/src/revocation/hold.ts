// Hold and resume of one certificate: reversible, at the edge alone, and never a way around a revocation.
import type { AuditRecord } from "#core/audit.ts";
import { actorOf, type Caller, requireScope } from "#core/caller.ts";
import type { Certificate, Hold } from "#core/certificate/certificate.ts";
import { type CertificateFinder, findCertificate } from "#core/certificate/find-certificate.ts";
import { fail } from "#core/error.ts";

export type HoldRegistry = {
  /** One transaction: state, denied slot, audit. False unless the certificate is active and nothing denies its slot. */
  readonly recordHold: (certificate: Certificate, audit: AuditRecord, hold?: Hold) => Promise<boolean>;
  /** One transaction: state, denied slot gone, audit. False unless the certificate is held. */
  readonly recordResume: (certificate: Certificate, audit: AuditRecord) => Promise<boolean>;
};

export type HoldDeps = CertificateFinder & { readonly holds: HoldRegistry; readonly now: () => Date };

type Asked = { readonly caller: Caller; readonly name: string; readonly requestId: string };
type HoldAsked = Asked & { readonly reason: string; readonly until?: Date | undefined };

const endsInThePast = {
  code: "until.past",
  detail: "the hold would have ended before it began",
  pointer: "/until",
};

/** Between reading it and writing somebody may have changed it: then it is looked at once more. */
const mostAttempts = 2;

/**
 * Answers the certificate as it is then; one that is held so already is answered as it is. Refusals: `caller.forbidden`,
 * `request.malformed`, `resource.not_found`, `certificate.ambiguous`, `hold.refused`, `registry.busy`.
 */
export async function holdCertificate(
  deps: HoldDeps,
  { caller, name, requestId, reason, until }: HoldAsked,
): Promise<Certificate> {
  requireScope(caller, "revocations:apply");
  if (until !== undefined && until <= deps.now()) fail("request.malformed", { findings: [endsInThePast] });
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const certificate = await find(deps, caller, name);
    if (isHeldSo(certificate, reason, until)) return certificate;
    refuseUnless(certificate, "active");
    const actor = actorOf(caller);
    const at = deps.now();
    const hold = { reason, heldAt: at, actor, ...(until === undefined ? {} : { until }) };
    const facts = { reason, ...(until === undefined ? {} : { until: until.toISOString() }) };
    const audit = {
      subject: certificate.id,
      action: "certificate.held",
      actor,
      requestId,
      at,
      facts,
    } as const;
    if (await deps.holds.recordHold(certificate, audit, hold)) return { ...certificate, state: "held", hold };
  }
  return fail("hold.refused", { reason: "its slot is refused for another cause" });
}

/** The same the other way round. What was revoked, or is refused by an order or as burnt, stays so. */
export async function resumeCertificate(
  deps: HoldDeps,
  { caller, name, requestId }: Asked,
): Promise<Certificate> {
  requireScope(caller, "revocations:apply");
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const certificate = await find(deps, caller, name);
    if (certificate.state === "active") return certificate;
    refuseUnless(certificate, "held");
    const actor = actorOf(caller);
    const at = deps.now();
    const audit = {
      subject: certificate.id,
      action: "certificate.resumed",
      actor,
      requestId,
      at,
      facts: {},
    } as const;
    if (await deps.holds.recordResume(certificate, audit)) return resumed(certificate);
  }
  return fail("registry.busy", { retryAfterSeconds: 1 });
}

/** An operator who may hold a certificate may know of it. */
function find(deps: HoldDeps, caller: Caller, name: string): Promise<Certificate> {
  const reader =
    caller.kind === "operator" ? { ...caller, scopes: [...caller.scopes, "certificates:read"] } : caller;
  return findCertificate(deps, reader, name);
}

function isHeldSo({ state, hold }: Certificate, reason: string, until: Date | undefined): boolean {
  return state === "held" && hold?.reason === reason && hold.until?.getTime() === until?.getTime();
}

function refuseUnless({ state }: Certificate, needed: "active" | "held"): void {
  if (state !== needed) fail("hold.refused", { reason: `the certificate is ${state}` });
}

function resumed({ hold: _ended, ...certificate }: Certificate): Certificate {
  return { ...certificate, state: "active" };
}
